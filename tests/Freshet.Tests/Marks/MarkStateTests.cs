namespace Freshet.Tests.Marks;

public sealed class MarkStateTests
{
    private static readonly MarkState _none = MarkState.ExpiredAtPosition(0);

    [Fact]
    public void EachValueDiesAtTheDeadlineOfTheFirstMarkAfterItsLoad()
    {
        var state = _none.MarkStale(5, deadline: 100, now: 0).MarkStale(9, deadline: 200, now: 0);

        state.Judge(loadedAt: 3, now: 99).ShouldBe(Verdict.Stale);
        state.Judge(loadedAt: 3, now: 100).ShouldBe(Verdict.Expired);
        state.Judge(loadedAt: 7, now: 100).ShouldBe(Verdict.Stale);
        state.Judge(loadedAt: 7, now: 200).ShouldBe(Verdict.Expired);
        state.Judge(loadedAt: 9, now: 999).ShouldBe(Verdict.Fresh);
    }

    [Fact]
    public void ANewStaleMarkDropsEarlierOnesThatWouldLastAsLongOrLonger()
    {
        var state = _none.MarkStale(5, 300, 0).MarkStale(6, 100, 0).MarkStale(7, 100, 0);

        state.StaleMarks.ToArray().ShouldBe([new MarkState.StaleMark(7, 100)]);
        state.Judge(loadedAt: 4, now: 100).ShouldBe(Verdict.Expired);
    }

    [Fact]
    public void AnExpiryDropsAllEarlierStaleMarks()
    {
        var state = _none.MarkStale(5, 100, 0).Expire(6);

        state.StaleMarks.Length.ShouldBe(0);
        state.Judge(loadedAt: 5, now: 0).ShouldBe(Verdict.Expired);
        state.Judge(loadedAt: 6, now: 0).ShouldBe(Verdict.Fresh);
    }

    [Fact]
    public void AStaleMarkPastItsDeadlineBecomesAnExpiryAndTakesNoMoreRoom()
    {
        var state = _none.MarkStale(5, 100, 0).MarkStale(6, 500, now: 100);

        state.ExpiredAt.ShouldBe(5);
        state.StaleMarks.ToArray().ShouldBe([new MarkState.StaleMark(6, 500)]);
    }

    [Fact]
    public void HoweverOftenATagIsMarkedStaleItsMarkStaysShortAndNeverGetsLooser()
    {
        var state = _none;
        var exact = new List<(long At, long Deadline)>();
        for (var position = 1; position <= 200; position++)
        {
            var deadline = 1_000 + position * 7;
            state = state.MarkStale(position, deadline, now: 0);
            exact.Add((position, deadline));

            state.StaleMarks.Length.ShouldBeLessThanOrEqualTo(MarkState.MostStaleMarks);
            for (var loadedAt = 0; loadedAt <= position; loadedAt++)
            {
                foreach (var now in (long[])[0, 1_500, 2_300, 9_999])
                {
                    var first = exact.Find(mark => mark.At > loadedAt);
                    var right = first == default ? Verdict.Fresh : now >= first.Deadline ? Verdict.Expired : Verdict.Stale;
                    ((int)state.Judge(loadedAt, now)).ShouldBeGreaterThanOrEqualTo((int)right);
                }
            }
        }
    }
}

using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>A tag's mark, a few numbers long, judges any value as the list of all invalidations would (PROTOCOL 14).</summary>
public sealed class MarkStateProperties
{
    private static readonly Tag _tag = Things.Thing.For("a");

    private enum Kind
    {
        Expire,
        ExpireLate,
        MarkStale,
        MarkStaleLonger,
        Wait,
    }

    private sealed record Step(Kind Kind, int Amount);

    [Fact]
    public void AnySequenceOfExpireAndStaleIsJudgedAsAListOfThemAllWouldBe() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (1, Gen.Constant(Kind.Expire)), (1, Gen.Constant(Kind.ExpireLate)), (6, Gen.Constant(Kind.MarkStale)),
            (3, Gen.Constant(Kind.MarkStaleLonger)), (4, Gen.Constant(Kind.Wait)))
        from amount in Gen.Choose(0, 40)
        select new Step(kind, amount), Follows, runs: 400);

    /// <summary>Many marks that all count, so that the limit of 16 is reached every time.</summary>
    [Fact]
    public void PastItsLimitAMarkGetsStricterByAsLittleAsItCanAndNeverLooser() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency((30, Gen.Constant(Kind.MarkStaleLonger)), (1, Gen.Constant(Kind.Expire)), (2, Gen.Constant(Kind.MarkStale)), (6, Gen.Constant(Kind.Wait)))
        from amount in kind == Kind.Wait ? Gen.Choose(0, 3) : Gen.Choose(1, 60)
        select new Step(kind, amount), Follows, runs: 150, size: 70);

    private static void Follows(IReadOnlyList<Step> steps)
    {
        var (state, list) = (MarkState.ExpiredAtPosition(0), new InvalidationList());
        var (position, now, furthest) = (0L, 0L, 0L);
        var deadlines = new List<long>();
        var isExact = true; // until more marks count than are kept
        foreach (var (kind, amount) in steps)
        {
            switch (kind)
            {
                case Kind.Expire:
                    state = state.Expire(++position);
                    list.Expire(_tag, position);
                    isExact = true; // nothing of the marks that were merged is left
                    break;
                case Kind.ExpireLate when position > 0: // as one that is fetched arrives: merged by maximum, never assigned (PROTOCOL 12)
                    state = state.Expire(1 + amount % position);
                    list.Expire(_tag, 1 + amount % position);
                    break;
                case Kind.MarkStale:
                case Kind.MarkStaleLonger:
                    var deadline = kind == Kind.MarkStale ? now + amount : Math.Max(now, furthest) + amount;
                    furthest = Math.Max(furthest, deadline);
                    deadlines.Add(deadline);
                    state = state.MarkStale(++position, deadline, now);
                    list.MarkStale(_tag, position, deadline);
                    if (list.Needed(_tag, now).Count <= MarkState.MostStaleMarks) break;
                    if (isExact) ShouldHaveMergedTheNearest(state, list, position, now);
                    isExact = false;
                    break;
                case Kind.Wait:
                    now += amount;
                    break;
            }
            state.StaleMarks.Length.ShouldBeLessThanOrEqualTo(MarkState.MostStaleMarks);
            ShouldAgree(state, list, position, now, isExact);
        }
        foreach (var deadline in deadlines.Where(deadline => deadline >= now).Distinct())
        {
            if (deadline > now) ShouldAgree(state, list, position, deadline - 1, isExact);
            ShouldAgree(state, list, position, deadline, isExact);
        }
    }

    private static void ShouldAgree(MarkState state, InvalidationList list, long position, long now, bool isExact)
    {
        for (var loadedAt = 0; loadedAt <= position; loadedAt++)
        {
            var right = list.Judge([_tag], loadedAt, now);
            var judged = state.Judge(loadedAt, now);
            if (judged == right || (!isExact && right == Verdict.Stale && judged == Verdict.Expired)) continue;
            throw new ShouldAssertException($"loaded at {loadedAt}, asked at time {now}: {judged} instead of {right}");
        }
    }

    /// <summary>One mark too many costs no value more of its life than the two nearest deadlines lie apart.</summary>
    private static void ShouldHaveMergedTheNearest(MarkState state, InvalidationList list, long position, long now)
    {
        var needed = list.Needed(_tag, now);
        var nearest = needed.Zip(needed.Skip(1), (earlier, later) => later.Deadline - earlier.Deadline).Min();
        for (var loadedAt = 0; loadedAt <= position; loadedAt++)
        {
            if (list.Judge([_tag], loadedAt, now) != Verdict.Stale) continue;
            var lost = list.DiesAt(_tag, loadedAt) - nearest - 1;
            if (lost >= now) state.Judge(loadedAt, lost).ShouldBe(Verdict.Stale, $"loaded at {loadedAt}, the nearest deadlines lie {nearest} apart");
        }
    }
}

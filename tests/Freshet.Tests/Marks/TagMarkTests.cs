using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Marks;

/// <summary>A tag's mark, which keeps a state only while something is stale, against the state that is always kept.</summary>
public sealed class TagMarkTests
{
    public sealed record Step(InvalidationKind Kind, int Deadline, int Pause);

    [Fact]
    public void AMarkJudgesAsTheStateItWouldHaveKept()
    {
        var steps =
            from kind in Gen.Elements(InvalidationKind.Expire, InvalidationKind.MarkStale)
            from deadline in Gen.Choose(0, 40)
            from pause in Gen.Choose(0, 10)
            select new Step(kind, deadline, pause);
        Prop.ForAll(steps.ListOf().ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (sequence, expiredAt) => Follows(sequence, expiredAt))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(40));
    }

    private static void Follows(IEnumerable<Step> sequence, long expiredAt)
    {
        var (mark, state) = (new TagMark(Things.Thing.For("a"), expiredAt), MarkState.ExpiredAtPosition(expiredAt));
        var (position, now) = (expiredAt, 0L);
        foreach (var step in sequence)
        {
            position++;
            now += step.Pause;
            mark.ApplyLocked(step.Kind, position, now, now + step.Deadline);
            state = step.Kind == InvalidationKind.Expire ? state.Expire(position) : state.MarkStale(position, now + step.Deadline, now);
            mark.LastInvalidatedAt.ShouldBe(position);
            for (var loadedAt = 0L; loadedAt <= position; loadedAt++)
            {
                foreach (var later in (long[])[now, now + 7, now + 25, now + 60]) mark.Judge(loadedAt, later).ShouldBe(state.Judge(loadedAt, later));
            }
        }
    }
}

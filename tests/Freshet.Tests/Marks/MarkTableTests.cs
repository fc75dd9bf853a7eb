namespace Freshet.Tests.Marks;

public sealed class MarkTableTests
{
    private static readonly Tag _tag = Things.Thing.For("a");

    private static Invalidation Expire(Tag tag) => new(tag, InvalidationKind.Expire, TimeSpan.Zero);

    [Fact]
    public void AnInvalidationOfATagNobodyKnowsIsRecordedAllTheSame()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        table.Invalidate(Expire(_tag), 7, 0);

        table.Acquire(_tag).Judge(loadedAt: 6, now: 0).ShouldBe(Verdict.Expired);
    }

    [Fact]
    public void AMarkInUseIsNotForgotten()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        var mark = table.Acquire(_tag);

        table.Forget(upTo: 100).ShouldBe(0);
        table.Invalidate(Expire(_tag), 7, 0);

        mark.Judge(6, 0).ShouldBe(Verdict.Expired);
    }

    [Fact]
    public void WhatWasForgottenCountsAsInvalidatedUpToThere()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        table.Invalidate(Expire(_tag), 7, 0);
        table.Forget(upTo: 7).ShouldBe(1);
        table.Count.ShouldBe(0);

        var mark = table.Acquire(_tag);
        mark.Judge(loadedAt: 6, now: 0).ShouldBe(Verdict.Expired, "a load that began at 6 may have missed it");
        mark.Judge(loadedAt: 7, now: 0).ShouldBe(Verdict.Fresh);
    }

    [Fact]
    public void ForgettingLeavesMarksThatAreYoungerThanAsked()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        table.Invalidate(Expire(_tag), 7, 0);

        table.Forget(upTo: 6).ShouldBe(0);
    }

    [Fact]
    public void ASweepThatComesTooLateDoesNotForgetTheTagsNextMark()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        var first = table.Acquire(_tag);
        table.Release([first]);          // a sweep comes across the first mark here, and is held up
        table.Forget(upTo: 0).ShouldBe(1); // another sweep forgets it
        var held = table.Acquire(_tag);

        table.TryForget(first, upTo: 0).ShouldBeFalse(); // the first sweep goes on

        table.Invalidate(Expire(_tag), 7, 0);
        held.LastInvalidatedAt.ShouldBe(7);
    }

    [Fact]
    public void AReleasedMarkCanBeForgotten()
    {
        var table = new MarkTable(Epoch.Create(), 0);
        var marks = table.Acquire([_tag, Things.Thing.For("b")]);
        table.Release(marks);

        table.Forget(upTo: 0).ShouldBe(2);
    }
}

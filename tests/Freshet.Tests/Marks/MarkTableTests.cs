namespace Freshet.Tests.Marks;

public sealed class MarkTableTests
{
    private static readonly Tag _tag = Things.Thing.For("a");

    private static Invalidation Expire(Tag tag) => new(tag, InvalidationKind.Expire, TimeSpan.Zero);

    [Fact]
    public void AnInvalidationOfATagNobodyKnowsIsRecordedAllTheSame()
    {
        var table = new MarkTable(0);
        table.Invalidate(Expire(_tag), 7, 0);

        table.Acquire(_tag).Judge(loadedAt: 6, now: 0).ShouldBe(Verdict.Expired);
    }

    [Fact]
    public void AMarkInUseIsNotForgotten()
    {
        var table = new MarkTable(0);
        var mark = table.Acquire(_tag);

        table.Forget(upTo: 100).ShouldBe(0);
        table.Invalidate(Expire(_tag), 7, 0);

        mark.Judge(6, 0).ShouldBe(Verdict.Expired);
    }

    [Fact]
    public void WhatWasForgottenCountsAsInvalidatedUpToThere()
    {
        var table = new MarkTable(0);
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
        var table = new MarkTable(0);
        table.Invalidate(Expire(_tag), 7, 0);

        table.Forget(upTo: 6).ShouldBe(0);
    }

    [Fact]
    public async Task TwoSweepsAtOnceNeverForgetAMarkThatIsHeld()
    {
        // Real threads: one sweep has seen a mark that the other has forgotten and a load has made anew.
        var table = new MarkTable(0);
        using var stop = new CancellationTokenSource();
        var sweeps = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) table.Forget(long.MaxValue);
        })).ToArray();

        for (var position = 1; position <= 200_000; position++)
        {
            var mark = table.Acquire(_tag);
            table.Invalidate(Expire(_tag), position, 0);
            mark.LastInvalidatedAt.ShouldBe(position);
            table.Release([mark]);
        }
        await stop.CancelAsync();
        await Task.WhenAll(sweeps);
    }

    [Fact]
    public void AReleasedMarkCanBeForgotten()
    {
        var table = new MarkTable(0);
        var marks = table.Acquire([_tag, Things.Thing.For("b")]);
        table.Release(marks);

        table.Forget(upTo: 0).ShouldBe(2);
    }
}

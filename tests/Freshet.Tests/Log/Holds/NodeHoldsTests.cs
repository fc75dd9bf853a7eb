using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Log.Holds;

/// <summary>What a node keeps of holds, and how it waits for their end.</summary>
public sealed class NodeHoldsTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <summary>A node may hear of a hold late. Its limit is the log's, not the node's.</summary>
    [Fact]
    public async Task AHoldIsOverdueFromWhenTheLogTookIt()
    {
        await using var app = TestApp.Start();
        var record = LogRecord.Of(
            new Writer(TriggerKind.Job, "elsewhere", null, null), Held.DraftOf(RecordId.Next(), Things.Thing.For("a")), new LogPosition(app.LogOf().Position.Epoch, 1), DateTimeOffset.UnixEpoch);
        NodeOf(app).Apply(record, age: 20_000);

        app.Time.Advance(TimeSpan.FromSeconds(10));

        app.HoldsOf().ShouldBeNull();
    }

    /// <summary>What has every entry judged again ends no hold, and wakes nobody who waits for its end.</summary>
    [Fact]
    public async Task AHoldOutlivesARecheck()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        var standing = app.HoldsOf();

        NodeOf(app).Recheck();

        app.HoldsOf().ShouldBeSameAs(standing);
        standing!.Changed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task WhoIsNotConcernedWaitsForNothing()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");

        NodeOf(app).WhileHeldAsync(Holds("b"), _limit, default).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task WhoIsConcernedWaitsForTheEndOfThatHoldAndForNoOther()
    {
        await using var app = TestApp.Start();
        var (a, b) = (await app.HoldAsync("a"), await app.HoldAsync("b"));
        var waiting = NodeOf(app).WhileHeldAsync(Holds("a"), _limit, default).AsTask();
        await app.ReleaseAsync(b);
        waiting.IsCompleted.ShouldBeFalse();

        await app.ReleaseAsync(a);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task NobodyWaitsLongerThanItsLimit()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        var waiting = NodeOf(app).WhileHeldAsync(Holds("a"), _limit, default).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        app.Time.Advance(_limit);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        app.HoldsOf().ShouldNotBeNull();
    }

    [Fact]
    public async Task WhoGivesUpIsToldSo()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        using var giveUp = new CancellationTokenSource();
        var waiting = NodeOf(app).WhileHeldAsync(Holds("a"), _limit, giveUp.Token).AsTask();

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static Func<StandingHolds, bool> Holds(string thing) => standing => standing.Touch([Things.Thing.For(thing)], []);

    private static Node NodeOf(TestApp app) => app.Services.GetRequiredService<Node>();
}

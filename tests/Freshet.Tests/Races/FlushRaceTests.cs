using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Races;

/// <summary>A flush against loads that are under way: R1 and R2 hold for it as for any invalidation.</summary>
public sealed class FlushRaceTests
{
    [Fact]
    public async Task ALoadThatStraddlesAFlushOfItsQueryIsNotStored()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var straddling = app.ReadAsync(Things.Low, "a");
        await gate.Reached;

        app.Source["a"] = new Value(2);
        await app.FlushQueryAsync("low");
        gate.Open();

        (await straddling).ShouldBe(1, "it was asked before the flush");
        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AFlushBetweenTheLookAtALandingLoadAndItsStoringIsSeen()
    {
        await using var app = TestApp.Start<Sized>();
        app.Source["a"] = new Value(1);
        // A value's size is asked for in just that moment.
        Sized.OnSize = () =>
        {
            Sized.OnSize = null;
            app.Source["a"] = new Value(2);
            app.Service().Node.ExpireAhead([FlushTags.OfQuery("sized")]);
        };
        await app.ReadAsync(Sized.Query, "a");

        (await app.ReadAsync(Sized.Query, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AReadAfterAFlushOfItsQueryDoesNotJoinALoadFromBefore()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.Low, "a");
        await gate.Reached;

        app.Source["a"] = new Value(2);
        await app.FlushQueryAsync("low");
        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2);

        gate.Open();
        (await before).ShouldBe(1);
        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2, "the older load may not replace the newer");
    }

    [Fact]
    public async Task ALoadThatStraddlesAFlushOfAKindIsOutdatedByATagItFindsOnlyLater()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var straddling = app.ReadAsync(Things.Found, "a");
        await gate.Reached; // nobody knows owner:owner-1 yet

        await app.FlushKindAsync("owner");
        gate.Open();
        await straddling;

        await app.ReadAsync(Things.Found, "a");
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task AStraddlingLoadIsOutdatedEvenAfterAFlushOfAKindWasForgotten()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var straddling = app.ReadAsync(Things.Found, "a");
        await gate.Reached;

        await app.FlushKindAsync("owner");
        // Further than any sweep would go while the load runs: what is forgotten must still count as "perhaps". Somebody holds the
        // flush's own mark, which is not forgotten then.
        var applied = app.Service().Node.Applied;
        applied.Marks.Acquire(FlushTags.OfKind("owner"));
        applied.Marks.Forget(applied.Position.Position);
        gate.Open();
        await straddling;

        await app.ReadAsync(Things.Found, "a");
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task AWrittenValueFromBeforeAFlushIsNotStored()
    {
        await using var app = TestApp.Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(1, 1));
            await app.FlushQueryAsync("versioned"); // the action raises nothing, so its value counts as of its beginning
            await action.CompleteAsync();
        }
        app.Source["a"] = new Value(2, 2);
        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AFlushOfAnEarlierEpochRefusesNothingInTheNext()
    {
        await using var app = TestApp.Start();
        for (var i = 0; i < 5; i++) await app.FlushQueryAsync("low");
        app.Service().Node.StartOver(new LogPosition(Epoch.Create(), 0));

        await app.ReadAsync(Things.Low, "a");
        await app.ReadAsync(Things.Low, "a");
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Fact]
    public async Task AQueryThatIsMadeAfterItsFlushWasNotedRefusesWhatItLoadsBeforeThePosition()
    {
        await using var app = TestApp.Start(builder => builder.AsHybridCache());
        var cache = app.Services.GetRequiredService<HybridCache>();
        app.Service().Node.ExpireAhead([FlushTags.OfQuery("hybrid-cache.Int32")]); // noted at 1; the node still stands at 0
        var made = 0;

        for (var i = 0; i < 2; i++) await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(++made));

        made.ShouldBe(2);
    }

    [Fact]
    public async Task AFlushThatTheLogCouldNotTakeYetHoldsOnThisNode()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Low, "a");
        await app.ReadAsync(Things.Medium, "a");

        app.Source["a"] = new Value(2);
        app.Service().Node.ExpireAhead([FlushTags.OfQuery("low")]);

        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
    }

    public sealed class Sized() : Catalog("sizes-team")
    {
        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("sized", RiskLevel.Low)
            .SizedBy(_ =>
            {
                OnSize?.Invoke();
                return 1;
            })
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));

        public static Action? OnSize { get; set; }
    }
}

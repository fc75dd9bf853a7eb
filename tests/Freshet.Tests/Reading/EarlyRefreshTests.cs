using Microsoft.Extensions.Configuration;

namespace Freshet.Tests.Reading;

/// <summary>A value in use is loaded anew before it dies, once, and never for nobody.</summary>
public sealed class EarlyRefreshTests
{
    // A life of 10 minutes, jittered, is over after 9 at the earliest, of which 3 went by during the load; a quarter of it is given up, 2:45 at most.
    private static readonly TimeSpan _shortlyBefore = TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1);

    [Fact]
    public async Task AReadShortlyBeforeTheEndStartsOneLoadAndIsAnsweredAtOnce()
    {
        await using var app = await SlowlyLoadedAsync();
        app.Time.Advance(_shortlyBefore);
        app.Source["a"] = new Value(2);
        var gate = app.Source.HoldNext("a");

        for (var i = 0; i < 5; i++) (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        await gate.Reached;
        app.Source.ReadsOf("a").ShouldBe(2);

        gate.Open();
        await app.UntilAsync(() => app.ReadAsync(Things.Medium, "a"), number => number == 2);
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task NobodyReadsNothingIsLoaded()
    {
        await using var app = await SlowlyLoadedAsync();

        app.Time.Advance(_shortlyBefore);

        app.Source.ReadsOf("a").ShouldBe(1);
    }

    /// <summary>P2 for an early refresh: what it loads is as old as its beginning.</summary>
    [Fact]
    public async Task P2_AnInvalidationDuringTheRefreshOutdatesItsResult()
    {
        await using var app = await SlowlyLoadedAsync();
        app.Time.Advance(_shortlyBefore);
        var gate = app.Source.HoldNext("a"); // has read 1 already when it waits
        await app.ReadAsync(Things.Medium, "a");
        await gate.Reached;

        await app.WriteAsync("a", new Value(2));
        gate.Open();

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ARefreshThatFailsIsTriedAgainAfterAPauseAndTheValueServesOn()
    {
        await using var app = await SlowlyLoadedAsync();
        app.Time.Advance(_shortlyBefore - TimeSpan.FromSeconds(5)); // 8:54 since the load began, past 8:15
        app.Source.Failure = new TimeoutException("the database is away");

        await app.ReadAsync(Things.Medium, "a");
        await app.LogLines.WaitForAsync("A load of 'medium' failed with TimeoutException and nobody was waiting for it");
        for (var i = 0; i < 5; i++) (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        app.Source.ReadsOf("a").ShouldBe(2);

        app.Time.Advance(TimeSpan.FromSeconds(1));
        var again = app.Source.HoldNext("a");
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        await again.Reached;
        again.Open();
    }

    [Fact]
    public async Task ItCanBeSwitchedOff()
    {
        await using var app = await SlowlyLoadedAsync(("EarlyRefresh", "false"));
        app.Time.Advance(_shortlyBefore);

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);

        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Theory]
    [InlineData(0.0, 1_000)]
    [InlineData(0.5, 1_693)]
    [InlineData(0.99, 5_605)]
    public void ItBeginsALoadTimeEarlierAndByChanceMore(double draw, long lead) =>
        EarlyRefresh.At(0, 60_000, TimeSpan.FromSeconds(1), draw).ShouldBe(60_000 - lead);

    [Fact]
    public void ALoadAsLongAsTheLifeOfItsValueGivesUpAQuarterAtMost() =>
        EarlyRefresh.At(1_000, 9_000, TimeSpan.FromSeconds(8), 0.9999).ShouldBe(7_000);

    [Fact]
    public void ALoadIsTooShortOnlyWhenNoDrawWouldMoveTheMomentByAMillisecond()
    {
        var largestDraw = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(1) - 1);
        var took = TimeSpan.FromMilliseconds(1);
        while (!EarlyRefresh.IsTooShort(took)) took -= TimeSpan.FromTicks(1);

        took.ShouldBeGreaterThan(TimeSpan.FromMicroseconds(25));
        EarlyRefresh.At(0, 60_000, took, largestDraw).ShouldBe(60_000);
    }

    /// <summary>A value whose load took so long that the last quarter of its life is certainly early enough.</summary>
    private static async Task<TestApp> SlowlyLoadedAsync(params (string Knob, string Value)[] policy)
    {
        var settings = policy.ToDictionary(knob => $"Freshet:Policies:medium:{knob.Knob}", knob => (string?)knob.Value);
        settings["Freshet:Policies:medium:LoadTimeout"] = "00:05:00";
        var app = TestApp.Start(configuration: new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Things.Medium, "a");
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromMinutes(3));
        gate.Open();
        await read;
        return app;
    }
}

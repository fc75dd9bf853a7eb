using Microsoft.Extensions.Configuration;

namespace Freshet.Tests.SecondLevel;

/// <summary>S31: a second level that is slow or away costs a read its limit at most, and soon nothing.</summary>
public sealed class SlowStoreTests
{
    private static readonly TimeSpan _limit = QueryPolicy.For(RiskLevel.High).CacheTimeout;

    [Fact]
    public async Task S31_AReadWaitsForItNoLongerThanItsPolicySays()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Store.Hold["get"] = new Gate();
        var read = nodes.A.ReadAsync(Sharing.Plain, "a");
        await nodes.A.Time.WhenTimerSetAsync(_limit);

        nodes.A.Time.Advance(_limit - TimeSpan.FromMilliseconds(1));
        nodes.Source.Reads.ShouldBe(0);
        nodes.A.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await read).ShouldBe(1);
        Nodes.CountersOf(nodes.A, Sharing.Plain)[SecondLevelResult.TimedOut].ShouldBe(1);
        gate.Open();
    }

    [Fact]
    public async Task TheLimitIsAKnobOfThePolicy()
    {
        await using var nodes = Nodes.Start(configuration: new ConfigurationBuilder().AddInMemoryCollection([new("Freshet:Policies:plain:CacheTimeout", "00:00:00.010")]).Build());
        nodes.Store.Hold["get"] = new Gate();
        var read = nodes.A.ReadAsync(Sharing.Plain, "a");
        await nodes.A.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(10));
        nodes.A.Time.Advance(TimeSpan.FromMilliseconds(10));

        await read;
    }

    [Fact]
    public async Task AnErrorIsAMissThatNobodySees()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        nodes.Store.Failure = new InvalidOperationException("away");

        (await nodes.A.ReadAsync(Sharing.Plain, "a")).ShouldBe(1);
        Nodes.CountersOf(nodes.A, Sharing.Plain)[SecondLevelResult.Failed].ShouldBe(1);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.Failed] == 1);
    }

    [Fact]
    public async Task AnOutageCostsAFewReadsTheirLimitAndTheOthersNothing()
    {
        await using var nodes = Nodes.Start();
        var counters = Nodes.CountersOf(nodes.A, Sharing.Plain);
        nodes.Store.Failure = new InvalidOperationException("away");
        for (var i = 0; i < 3; i++) await nodes.A.ReadAsync(Sharing.Plain, $"a{i}");
        await Nodes.UntilAsync(() => Enum.GetValues<StoreResult>().Sum(result => counters[result]) == 3); // failed or, when paused by then, skipped
        var calls = nodes.Store.Calls.Count;

        for (var i = 0; i < 50; i++) await nodes.A.ReadAsync(Sharing.Plain, $"b{i}");

        nodes.Store.Calls.Count.ShouldBe(calls);
        counters[SecondLevelResult.Skipped].ShouldBeGreaterThanOrEqualTo(50);
        nodes.A.LogLines.Lines.Count(line => line.Text.Contains("Asking the second level failed 3 times in a row", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task OneCallLooksWhetherItIsBackAndThenAllMay()
    {
        await using var nodes = Nodes.Start();
        var counters = Nodes.CountersOf(nodes.A, Sharing.Plain);
        nodes.Store.Failure = new InvalidOperationException("away");
        for (var i = 0; i < 3; i++) await nodes.A.ReadAsync(Sharing.Plain, $"a{i}");
        await Nodes.UntilAsync(() => Enum.GetValues<StoreResult>().Sum(result => counters[result]) == 3);
        nodes.Store.Failure = null;
        nodes.A.Time.Advance(TimeSpan.FromSeconds(1));
        var gate = nodes.Store.Hold["get"] = new Gate();

        var probe = nodes.A.ReadAsync(Sharing.Plain, "b");
        await gate.Reached;
        var skipped = counters[SecondLevelResult.Skipped];
        await nodes.A.ReadAsync(Sharing.Plain, "c"); // does not wait with it
        counters[SecondLevelResult.Skipped].ShouldBe(skipped + 1);
        gate.Open();
        await probe;

        await nodes.FillAsync(nodes.A, Sharing.Plain, "d");
        nodes.A.LogLines.Lines.ShouldContain(line => line.Text.Contains("Asking the second level works again", StringComparison.Ordinal));
    }

    [Fact]
    public void AProbeThatFailsBeginsAnotherPause()
    {
        var circuit = new SecondLevelCircuit(2, TimeSpan.FromSeconds(1));
        Fail(at: 0);
        circuit.IsPaused.ShouldBeFalse("once is chance");
        Fail(at: 10);
        circuit.IsPaused.ShouldBeTrue();
        circuit.TryEnter(1_009, out _).ShouldBeFalse();

        Fail(at: 1_010);
        circuit.TryEnter(2_009, out _).ShouldBeFalse();
        circuit.TryEnter(2_010, out var isProbe).ShouldBeTrue();
        circuit.TryEnter(2_010, out _).ShouldBeFalse("one at a time");
        circuit.NoteAbandoned(isProbe);
        circuit.TryEnter(2_011, out isProbe).ShouldBeTrue("the one before never knew");
        circuit.NoteSuccess();
        circuit.IsPaused.ShouldBeFalse();
        Fail(at: 3_000);
        circuit.IsPaused.ShouldBeFalse("failures before a success do not count");

        void Fail(long at)
        {
            circuit.TryEnter(at, out var isProbe).ShouldBeTrue();
            circuit.NoteFailure(at, isProbe);
        }
    }

    [Fact]
    public async Task AStoreThatIsFullIsReadOn()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        nodes.Store.StoreFailure = new InvalidOperationException("full");
        var counters = Nodes.CountersOf(nodes.B, Sharing.Plain);
        for (var i = 0; i < 5; i++)
        {
            await nodes.B.ReadAsync(Sharing.Plain, $"b{i}");
            await Nodes.UntilAsync(() => counters[StoreResult.Failed] + counters[StoreResult.Skipped] == i + 1);
        }

        counters[StoreResult.Failed].ShouldBe(3);
        counters[StoreResult.Skipped].ShouldBe(2);
        (await nodes.B.Freshet.ReadAnswerAsync(Sharing.Plain, "a")).Source.ShouldBe(AnswerSource.SecondLevel);
    }

    [Fact]
    public async Task ASlowStoreDoesNotUseUpTheLoadersTime()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Freshet:Policies:plain:LoadTimeout", "00:00:00.400")]).Build();
        await using var nodes = Nodes.Start(configuration: settings);
        nodes.Source["a"] = new Value(1);
        nodes.Store.Hold["get"] = new Gate();
        var gate = nodes.Source.HoldNext("a");
        var read = nodes.A.ReadAsync(Sharing.Plain, "a");
        await nodes.A.Time.WhenTimerSetAsync(_limit);
        nodes.A.Time.Advance(_limit); // longer than a load may take
        await gate.Reached;
        nodes.A.Time.Advance(TimeSpan.FromMilliseconds(300));
        gate.Open();

        (await read).ShouldBe(1);
    }

    [Fact]
    public async Task NoReaderWaitsForTheStoring()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Store.Hold["set"] = new Gate();

        (await nodes.A.ReadAsync(Sharing.Plain, "a")).ShouldBe(1);
        await gate.Reached;
        await nodes.A.Time.WhenTimerSetAsync(new SecondLevelOptions().StoreTimeout);
        nodes.A.Time.Advance(new SecondLevelOptions().StoreTimeout);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.TimedOut] == 1);
        gate.Open();
    }

    [Fact]
    public async Task WhatWaitsToBeStoredIsBounded()
    {
        await using var nodes = Nodes.Start(builder => builder.ConfigureSecondLevel(options => options.MaxPendingStores = 1));
        var gate = nodes.Store.Hold["set"] = new Gate();
        await nodes.A.ReadAsync(Sharing.Plain, "a");
        await gate.Reached;

        await nodes.A.ReadAsync(Sharing.Plain, "b");
        Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.Dropped].ShouldBe(1);
        gate.Open();
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Plain)[StoreResult.Stored] == 1);
    }
}

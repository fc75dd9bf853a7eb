using Microsoft.Extensions.Configuration;

namespace Freshet.Tests.Reading;

/// <summary>What is not ours breaks: an Equals, a log provider. Nobody waits for ever, no turn and no mark is lost.</summary>
public sealed class BrokenPartsTests
{
    [Fact]
    public async Task AnEqualsThatThrowsWhileAValueIsStoredFailsItsReaders()
    {
        await using var app = TestApp.Start<Brittle>();
        var key = new Brittle.Key("a");
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAsync(Brittle.Query, key).AsTask();
        await gate.Reached;
        await app.Freshet.ReadAsync(Brittle.Query, new Brittle.Key("b")); // of the same hash, so that they are compared

        key.Fails = true;
        gate.Open();
        (await Should.ThrowAsync<NotSupportedException>(read)).Message.ShouldBe("Equals");
        key.Fails = false;

        Running(app).ShouldBe(long.MaxValue);
        (await app.Freshet.ReadAsync(Brittle.Query, new Brittle.Key("a"))).Number.ShouldBe(0);
    }

    [Fact]
    public async Task AnEqualsThatThrowsUnderTheGateGivesTheTurnBackOnce()
    {
        await using var app = TestApp.Start<Brittle>();
        var key = new Brittle.Key("a");
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAsync(Brittle.Unversioned, key).AsTask();
        await gate.Reached;
        await app.Freshet.ReadAsync(Brittle.Unversioned, new Brittle.Key("b"));

        key.Fails = true;
        gate.Open();
        (await Should.ThrowAsync<NotSupportedException>(read)).Message.ShouldBe("Equals");

        Turns(app, Brittle.Unversioned).Running.ShouldBe(0);
        Running(app).ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task ASizeThatThrowsGivesTheTurnBack()
    {
        await using var app = TestApp.Start<Brittle>();

        (await Should.ThrowAsync<NotSupportedException>(app.Freshet.ReadAsync(Brittle.Unsizable, "a").AsTask())).Message.ShouldBe("SizedBy");

        Turns(app, Brittle.Unsizable).Running.ShouldBe(0);
        Running(app).ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task AKeyThatThrowsWhenItsTurnComesFailsItselfAndNotTheLoadBefore()
    {
        await using var app = TestApp.Start<Brittle>(configuration: Settings(("brittle:MaxConcurrentLoads", "1")));
        var gate = app.Source.HoldNext("first");
        var first = app.Freshet.ReadAsync(Brittle.Query, new Brittle.Key("first")).AsTask();
        await gate.Reached;
        var second = new Brittle.Key("second");
        var queued = app.Freshet.ReadAsync(Brittle.Query, second).AsTask();
        var third = app.Freshet.ReadAsync(Brittle.Query, new Brittle.Key("third")).AsTask();
        second.Fails = true;

        gate.Open();

        await first;
        await Should.ThrowAsync<NotSupportedException>(queued);
        await third;
        (Turns(app, Brittle.Query).Running, Turns(app, Brittle.Query).Waiting).ShouldBe((0, 0));
    }

    [Fact]
    public async Task ALogProviderThatThrowsAboutAFailureNobodyHearsOfLeavesNothingBehind()
    {
        await using var app = await StaleAsync();
        app.Source.Failure = new TimeoutException("the database is away");
        app.LogLines.Failure = new NotSupportedException("the log is broken");

        (await app.ReadAsync(Things.Low, "a")).ShouldBe(1);
        await app.SettledAsync();

        Turns(app, Things.Low).Running.ShouldBe(0);
        app.LogLines.Failure = null;
    }

    [Fact]
    public async Task ALogProviderThatThrowsAboutATimeoutDoesNotEndTheTimersThread()
    {
        await using var app = await StaleAsync();
        var gate = app.Source.HoldNext("a");
        (await app.ReadAsync(Things.Low, "a")).ShouldBe(1);
        await gate.Reached;
        app.LogLines.Failure = new NotSupportedException("the log is broken");

        Should.NotThrow(() => app.Time.Advance(TimeSpan.FromSeconds(30)));

        app.LogLines.Failure = null;
        Running(app).ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task ReadersWhoHaveLeftDoNotKeepOthersOutOfTheQueue()
    {
        await using var app = TestApp.Start(configuration: Settings(("high:MaxConcurrentLoads", "1")));
        var gate = app.Source.HoldNext("slow");
        var slow = app.ReadAsync(Things.High, "slow");
        await gate.Reached;
        using var cancellation = new CancellationTokenSource();
        var leavers = Enumerable.Range(0, LoadGate.QueuedPerTurn).Select(i => app.Freshet.ReadAsync(Things.High, $"k{i}", cancellation.Token).AsTask()).ToArray();
        await cancellation.CancelAsync();
        foreach (var leaver in leavers) await Should.ThrowAsync<OperationCanceledException>(leaver);

        var next = app.ReadAsync(Things.High, "next");
        gate.Open();

        (await slow, await next).ShouldBe((0, 0));
    }

    [Fact]
    public async Task MoreTurnsAreGivenAtOnceWhenConfigurationRaisesThem()
    {
        var configuration = Settings(("high:MaxConcurrentLoads", "1"));
        await using var app = TestApp.Start(configuration: configuration);
        var gate = app.Source.HoldNext("hangs");
        var hanging = app.ReadAsync(Things.High, "hangs");
        await gate.Reached;
        var queued = app.ReadAsync(Things.High, "a");

        configuration["Freshet:Policies:high:MaxConcurrentLoads"] = "2";
        configuration.Reload();

        (await queued).ShouldBe(0);
        gate.Open();
        await hanging;
    }

    [Fact]
    public async Task ARefreshThatEndsInACancellationIsLoggedAndPausedLikeAnyFailure()
    {
        await using var app = await StaleAsync();
        app.Source.Failure = new TaskCanceledException("the client's own time limit");

        await app.ReadAsync(Things.Low, "a");
        await app.LogLines.WaitForAsync("A load of 'low' failed with TaskCanceledException and nobody was waiting for it");
        for (var i = 0; i < 5; i++) await app.ReadAsync(Things.Low, "a");

        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task APausedSourceIsAskedAgainAtOnceAfterAWrite()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await app.ExpireAsync("a");
        app.Source.Failure = new TimeoutException("once");
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        app.Source.Failure = null;

        await app.WriteAsync("a", new Value(2));

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AnOldRefreshThatFailsSaysNothingOfTheNewerValue()
    {
        await using var app = await StaleAsync(Things.Medium);
        var gate = app.Source.HoldNext("a");
        await app.ReadAsync(Things.Medium, "a");
        await gate.Reached;
        await app.WriteAsync("a", new Value(2));
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
        app.Source.Failure = new TimeoutException("the old one fails");
        gate.Open();
        await app.LogLines.WaitForAsync("nobody was waiting");

        app.Time.Advance(TimeSpan.FromMinutes(2));
        await app.ExpireAsync("a");

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2); // the first failure since 2 was loaded: its limit begins now
    }

    private static async Task<TestApp> StaleAsync(CachedQuery<string, Value>? query = null)
    {
        var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(query ?? Things.Low, "a");
        await app.MarkStaleAsync("a", Profile.Hours);
        return app;
    }

    private static long Running(TestApp app) => ((FreshetService)app.Freshet).Node.Running.Lowest;

    private static LoadGate Turns<TArgs>(TestApp app, CachedQuery<TArgs, Value> query) where TArgs : notnull =>
        ((QueryRuntime<TArgs, Value>)((FreshetService)app.Freshet).Runtimes.Single(runtime => runtime.Name == query.Name)).Turns;

    private static IConfigurationRoot Settings(params (string Key, string Value)[] knobs) => new ConfigurationBuilder()
        .AddInMemoryCollection(knobs.ToDictionary(knob => $"Freshet:Policies:{knob.Key}", knob => (string?)knob.Value)).Build();

    private sealed class Brittle() : Catalog("brittle-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<Key, Value> Query = new CachedQuery<Key, Value>("brittle", RiskLevel.High)
            .KeyedBy(key => key.Text)
            .DependsOn(Thing, key => key.Text)
            .VersionedBy(value => value.Version)
            .LoadWith((Source source, Key key, CancellationToken ct) => source.ReadAsync(key.Text, ct));

        public static readonly CachedQuery<Key, Value> Unversioned = new CachedQuery<Key, Value>("brittle-unversioned", RiskLevel.High)
            .KeyedBy(key => key.Text)
            .DependsOn(Thing, key => key.Text)
            .LoadWith((Source source, Key key, CancellationToken ct) => source.ReadAsync(key.Text, ct));

        public static readonly CachedQuery<string, Value> Unsizable = new CachedQuery<string, Value>("brittle-unsizable", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .SizedBy(_ => throw new NotSupportedException("SizedBy"))
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));

        public sealed class Key(string text) : IEquatable<Key>
        {
            public string Text => text;

            public bool Fails { get; set; }

            public bool Equals(Key? other) => !ReferenceEquals(this, other) && (Fails || other!.Fails) ? throw new NotSupportedException("Equals") : text == other!.Text;

            public override bool Equals(object? obj) => Equals(obj as Key);

            public override int GetHashCode() => Fails && text == "second" ? throw new NotSupportedException("GetHashCode") : text.Length;
        }
    }
}

using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Reading;

/// <summary>Loaders that are slow, hang or come all at once.</summary>
public sealed class LoadLimitTests
{
    [Fact]
    public async Task ALoaderThatNeverReturnsFailsItsReadersAtItsLimitAndNobodyElse()
    {
        await using var app = TestApp.Start();
        app.Source["b"] = new Value(5);
        var gate = app.Source.HoldNext("a");
        var hanging = app.ReadAsync(Things.High, "a");
        await gate.Reached;

        (await app.ReadAsync(Things.High, "b")).ShouldBe(5);
        app.Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Should.ThrowAsync<LoadTimeoutException>(hanging);
        (error.Query, error.Limit, error.Code, error.IsTransient).ShouldBe(("high", TimeSpan.FromSeconds(30), "load-timeout", true));
        await gate.Cancelled; // the loader is told
    }

    [Fact]
    public async Task WhatALoaderReturnsAfterItsLimitIsDropped()
    {
        await using var app = TestApp.Start<Deaf>();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Deaf.Query, "a");
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await Should.ThrowAsync<LoadTimeoutException>(read);

        gate.Open();
        await app.LogLines.WaitForAsync("The loader of 'deaf' returned after");

        app.Source["a"] = new Value(2);
        (await app.ReadAsync(Deaf.Query, "a")).ShouldBe(2);
    }

    /// <summary>A load that never ends must not keep every mark of the node for ever (PROTOCOL 12).</summary>
    [Fact]
    public async Task ALoadThatWasGivenUpHoldsNoMarksBack()
    {
        await using var app = TestApp.Start<Deaf>();
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Deaf.Query, "a");
        await gate.Reached;
        for (var i = 0; i < 10; i++)
        {
            await using var action = app.Freshet.BeginUserAction("expire");
            app.Freshet.UpdateTag(Deaf.Thing.For($"other-{i}"));
            await action.CompleteAsync();
        }

        app.Time.Advance(TimeSpan.FromSeconds(20)); // sweeps
        Marks(app).ShouldBe(11);
        app.Time.Advance(TimeSpan.FromSeconds(10));
        await Should.ThrowAsync<LoadTimeoutException>(read);
        app.Time.Advance(TimeSpan.FromSeconds(20));

        Marks(app).ShouldBe(0);
        gate.Open();
    }

    [Fact]
    public async Task PastItsSoftTimeoutAReadTakesTheLastGoodValueAndTheLoadGoesOn()
    {
        await using var app = await ExpiredAsync();
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Medium, "a").AsTask();
        await gate.Reached;

        var answer = await app.Time.PassAsync(read);
        (answer.Value.Number, answer.Source).ShouldBe((1, AnswerSource.LastGood));
        gate.IsCancelled.ShouldBeFalse();

        gate.Open();
        await app.UntilAsync(() => app.ReadAsync(Things.Medium, "a"), number => number == 2);
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task ALoadThatFailsAfterItsReaderWentOnIsLogged()
    {
        await using var app = await ExpiredAsync();
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Medium, "a").AsTask();
        await gate.Reached;
        await app.Time.PassAsync(read);

        app.Source.Failure = new TimeoutException("the database is away");
        gate.Open();

        await app.LogLines.WaitForAsync("A load of 'medium' failed with TimeoutException and nobody was waiting for it");
    }

    /// <summary>P2: the late result of a soft timeout is as old as its beginning.</summary>
    [Fact]
    public async Task P2_AnInvalidationDuringALoadPastItsSoftTimeoutOutdatesItsResult()
    {
        await using var app = await ExpiredAsync();
        var gate = app.Source.HoldNext("a"); // has read 2 already when it waits
        var read = app.Freshet.ReadAnswerAsync(Things.Medium, "a").AsTask();
        await gate.Reached;
        await app.Time.PassAsync(read);

        await app.WriteAsync("a", new Value(3));
        gate.Open();

        await app.UntilAsync(() => app.ReadAsync(Things.Medium, "a"), number => number == 3);
        (await app.Freshet.ReadAnswerAsync(Things.Medium, "a")).Source.ShouldBe(AnswerSource.Cache);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(3);
    }

    [Fact]
    public async Task AWriterWaitsForTheLoadHoweverLongItTakes()
    {
        await using var app = await ExpiredAsync();
        var token = new ConsistencyToken(app.Freshet.Log.Position.Epoch, app.Freshet.Log.Position.Position);
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Medium, "a", new ReadRequirement(token)).AsTask();
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromSeconds(5));
        gate.Open();

        (await read).Value.Number.ShouldBe(2);
    }

    [Fact]
    public async Task S32_FiveHundredReadersOfFiftyColdKeysKeepUnderTheCap()
    {
        var (app, crowd) = Capped(3);
        await using var _ = app;
        var readers = Enumerable.Range(0, 500).Select(i => app.ReadAsync(Crowded.Query, $"k{i % 50}")).ToArray();

        var first = new List<Crowd.Arrival>();
        while (first.Count < 3) first.Add(await crowd.NextAsync());
        foreach (var arrival in first) arrival.Done.SetResult();
        for (var landed = 3; landed < 50; landed++) (await crowd.NextAsync()).Done.SetResult();
        await Task.WhenAll(readers);

        crowd.Most.ShouldBe(3);
    }

    [Fact]
    public async Task TurnsAreGivenInTheOrderTheLoadsCame()
    {
        var (app, crowd) = Capped(1);
        await using var _ = app;
        var readers = Enumerable.Range(0, 10).Select(i => app.ReadAsync(Crowded.Query, $"k{i}")).ToArray();

        for (var i = 0; i < 10; i++)
        {
            var next = await crowd.NextAsync();
            next.Key.ShouldBe($"k{i}");
            next.Done.SetResult();
        }
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task ALoadThatWaitsTooLongForItsTurnIsRejectedAndAFullQueueRejectsAtOnce()
    {
        var (app, crowd) = Capped(1);
        await using var _ = app;
        var hanging = app.ReadAsync(Crowded.Query, "hangs");
        await crowd.NextAsync();
        var queued = Enumerable.Range(0, LoadGate.QueuedPerTurn).Select(i => app.ReadAsync(Crowded.Query, $"k{i}")).ToArray();

        var refused = await Should.ThrowAsync<LoadRejectedException>(app.ReadAsync(Crowded.Query, "one too many"));
        (refused.Query, refused.Running, refused.Limit, refused.IsTransient).ShouldBe(("crowded", 1, 1, true));

        app.Time.Advance(TimeSpan.FromSeconds(30));
        await Should.ThrowAsync<LoadTimeoutException>(hanging);
        foreach (var read in queued) await Should.ThrowAsync<LoadRejectedException>(read);
    }

    [Fact]
    public async Task WhoLeavesTheQueueTakesNoTurn()
    {
        var (app, crowd) = Capped(1);
        await using var _ = app;
        var first = app.ReadAsync(Crowded.Query, "first");
        var running = await crowd.NextAsync();
        using var cancellation = new CancellationTokenSource();
        var leaver = app.Freshet.ReadAsync(Crowded.Query, "leaves", cancellation.Token).AsTask();
        var last = app.ReadAsync(Crowded.Query, "last");

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaver);
        running.Done.SetResult();

        var next = await crowd.NextAsync();
        next.Key.ShouldBe("last");
        next.Done.SetResult();
        await Task.WhenAll(first, last);
    }

    /// <summary>What waits for its turn has captured nothing yet, so an invalidation meanwhile costs nobody a second load.</summary>
    [Fact]
    public async Task ALoadInTheQueueBeginsWhenItsTurnComesNotBefore()
    {
        var (app, crowd) = Capped(1);
        await using var _ = app;
        var first = app.ReadAsync(Crowded.Query, "first");
        var running = await crowd.NextAsync();
        var before = app.Freshet.ReadAnswerAsync(Crowded.Query, "a").AsTask();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.UpdateTag(Crowded.Thing.For("a"));
            await action.CompleteAsync();
        }
        var after = app.Freshet.ReadAnswerAsync(Crowded.Query, "a").AsTask();

        running.Done.SetResult();
        var next = await crowd.NextAsync();
        next.Done.SetResult();

        ((await before).LoadedAt.Position, (await after).LoadedAt.Position).ShouldBe((1, 1));
        (await after).Source.ShouldBe(AnswerSource.JoinedLoad);
        await first;
    }

    private static int Marks(TestApp app) => ((FreshetService)app.Freshet).Node.Applied.Marks.Count;

    /// <summary>Read as 1, then written as 2 and expired; reads wait at most 200 ms for the load.</summary>
    private static async Task<TestApp> ExpiredAsync()
    {
        var app = TestApp.Start(configuration: Settings(("medium:SoftTimeout", "00:00:00.200")));
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await app.WriteAsync("a", new Value(2));
        return app;
    }

    private static IConfiguration Settings(params (string Key, string Value)[] knobs) => new ConfigurationBuilder()
        .AddInMemoryCollection(knobs.ToDictionary(knob => $"Freshet:Policies:{knob.Key}", knob => (string?)knob.Value)).Build();

    private static (TestApp App, Crowd Crowd) Capped(int limit)
    {
        var app = TestApp.Start<Crowded>(
            builder => builder.Services.AddSingleton<Crowd>(), Settings(("crowded:MaxConcurrentLoads", limit.ToString(CultureInfo.InvariantCulture))));
        return (app, app.Services.GetRequiredService<Crowd>());
    }

    private sealed class Crowded() : Catalog("crowded-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("crowded", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .LoadWith((Crowd crowd, string id, CancellationToken ct) => crowd.ReadAsync(id));
    }

    /// <summary>Its loader hears nothing of cancellation.</summary>
    private sealed class Deaf() : Catalog("deaf-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("deaf", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .LoadWith((Source source, string id, CancellationToken _) => source.ReadAsync(id, CancellationToken.None));
    }
}

/// <summary>A source that answers each read when told, and counts how many ask at once.</summary>
public sealed class Crowd
{
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();
    private int _now;
    private int _most;

    public sealed record Arrival(string Key)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The most that ever asked at once.</summary>
    public int Most => _most;

    public async Task<Value> ReadAsync(string key)
    {
        InterlockedMax(ref _most, Interlocked.Increment(ref _now));
        var arrival = new Arrival(key);
        _arrivals.Writer.TryWrite(arrival);
        await arrival.Done.Task;
        Interlocked.Decrement(ref _now);
        return new Value(1);
    }

    /// <summary>The next one to have come. The limit is a watchdog.</summary>
    public async Task<Arrival> NextAsync() => await _arrivals.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Interlocked.CompareExchange(ref most, value, seen))
        {
        }
    }
}

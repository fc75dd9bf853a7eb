using Freshet.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Tests.Log.Holds;

/// <summary>PROTOCOL 26: a hold stands until a record ends it. One whose writer does not is ended by an expiry.</summary>
public sealed class OverdueTests
{
    [Fact]
    public async Task AnOverdueHoldIsEndedByAnExpiryOfItsTags()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await app.HoldAsync("a"); // its writer is never heard of again
        app.Source["a"] = new Value(2);
        app.Time.Advance(TimeSpan.FromSeconds(29.9));
        app.HoldsOf().ShouldNotBeNull();

        await PassAsync(app);

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        var record = app.Freshet.Log.FollowAsync(1).ToBlockingEnumerable().First();
        (record.Call, record.Cause, record.Action, record.Actor).ShouldBe(("Release", "overdue", "elsewhere", "ann"));
        record.Invalidations.ShouldHaveSingleItem().ShouldBe(new Invalidation(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero));
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("action elsewhere") && line.Text.Contains("was overdue after 00:00:30"));
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Information && line.Text.Contains("call=Release") && line.Text.Contains("tag=thing:a"));
    }

    /// <summary>The write comes after all. Its own record counts: the one that ended the hold was not it.</summary>
    [Fact]
    public async Task ACommitAfterTheLimitIsSeenFromItsAppendAndIsCounted()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await using var action = app.Freshet.BeginUserAction("slow");
        app.Freshet.Raise(new ThingChanged("a"));
        await app.Freshet.HoldAsync();
        await PassAsync(app);
        (await Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"))).ShouldBe(1);
        app.Source["a"] = new Value(2);

        await action.CompleteAsync();

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        app.LogOf().Holds[HoldOutcome.Late].ShouldBe(1);
        app.LogOf().Holds[HoldOutcome.Resolved].ShouldBe(0);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("Action slow ended after 1 of its holds had been given up"));
    }

    [Fact]
    public async Task AHoldThatWasGivenUpIsPlacedAgainForTheNextTry()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await using var action = app.Freshet.BeginUserAction("tries twice");
        app.Freshet.Raise(new ThingChanged("a"));
        await app.Freshet.HoldAsync();
        await PassAsync(app);

        (await app.Freshet.HoldAsync()).ShouldBeTrue();

        app.HoldsOf().ShouldNotBeNull();
        app.Source["a"] = new Value(2);
        (await Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"))).ShouldBe(2);
        await action.CompleteAsync();
        app.HoldsOf().ShouldBeNull();
        app.LogOf().Holds[HoldOutcome.Resolved].ShouldBe(1);
    }

    [Fact]
    public async Task TheLimitIsAnOption()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.HoldLimit = TimeSpan.FromSeconds(1)));
        await app.HoldAsync("a");

        app.Time.Advance(TimeSpan.FromSeconds(1));

        await Elsewhere.UntilAsync(() => app.HoldsOf() is null);
    }

    [Fact]
    public async Task OneAfterAnotherIsEnded()
    {
        await using var app = TestApp.Start();
        for (var i = 0; i < 2; i++)
        {
            await app.HoldAsync("a");
            await PassAsync(app);
        }
        app.LogOf().Position.Position.ShouldBe(4);
    }

    /// <summary>Whoever waited longest comes first.</summary>
    [Fact]
    public async Task WhatIsOverdueAtOnceIsEndedInTheOrderPlaced()
    {
        await using var app = TestApp.Start();
        string[] things = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];
        foreach (var thing in things) await app.HoldAsync(thing);

        await PassAsync(app);

        app.Freshet.Log.FollowAsync(things.Length).ToBlockingEnumerable().Take(things.Length).Select(record => record.Invalidations.Single().Tag.ToString())
            .ShouldBe(things.Select(thing => $"thing:{thing}"));
    }

    /// <summary>A log provider that throws, say.</summary>
    [Fact]
    public async Task OneThatFailsIsNotedAndTheOthersAreEndedNextTime()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        await app.HoldAsync("b");
        app.LogLines.Failure = new InvalidOperationException("a broken provider");
        app.Time.Advance(TimeSpan.FromSeconds(30));
        app.HoldsOf().ShouldNotBeNull().Count.ShouldBe(1);
        app.Services.GetRequiredService<ListenerFailures>().Any.ShouldBeTrue();

        app.LogLines.Failure = null;
        app.Time.Advance(OverdueHolds.Interval);

        app.HoldsOf().ShouldBeNull();
    }

    /// <summary>A node may have learnt of a hold before anybody looks after it.</summary>
    [Fact]
    public async Task WhatStoodBeforeIsEndedToo()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        using var late = new OverdueHolds(
            app.LogOf(), app.Services.GetRequiredService<Node>(), TimeSpan.FromSeconds(1), app.Services.GetRequiredService<ListenerFailures>(), NullLogger<OverdueHolds>.Instance);

        app.Time.Advance(TimeSpan.FromSeconds(1));

        await Elsewhere.UntilAsync(() => app.HoldsOf() is null);
    }

    [Fact]
    public async Task TheMeterTellsOfThem()
    {
        await using var app = TestApp.Start(builder => builder.Services.AddMetrics());
        using var meter = new MeterReader(app);
        await app.HoldAsync("b");
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            await Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"));
            await action.CompleteAsync();
        }

        meter.Sum("freshet.holds.standing").ShouldBe(1);
        meter.Sum("freshet.holds", ("outcome", "resolved")).ShouldBe(1);
        meter.Sum("freshet.requests.held", ("query", "high")).ShouldBe(1);
        meter.Read("freshet.hold.duration").ShouldHaveSingleItem();
        await PassAsync(app);
        meter.Sum("freshet.holds.overdue").ShouldBe(1);
        meter.Sum("freshet.holds.standing").ShouldBe(0);
    }

    private static async Task PassAsync(TestApp app)
    {
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await Elsewhere.UntilAsync(() => app.HoldsOf() is null);
    }
}

using Freshet.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Relay;

/// <summary>The loop of a relay: what wakes it, how often it does what, and what it does when the database is away.</summary>
public sealed class RelayLoopTests : WatchedRelayTest
{
    /// <summary>A row may be written, and rung for, when the relay has looked and is not waiting yet.</summary>
    [Fact]
    public async Task ARingDuringAStepIsNotLost()
    {
        var app = StartWatched();
        var gate = HoldOpen(2); // the backlog is counted after the rows were looked for
        app.Time.Advance(PollInterval);
        await gate.Reached;
        await InsertAsync("thing.changed", """{"id":"a"}""");
        RelayOf(app).Ring();
        gate.Open();

        await UntilAsync(() => app.Freshet.Log.Position.Position == 1);
    }

    [Fact]
    public async Task ARingWakesItOnce()
    {
        var app = StartWatched();
        var before = Opens;

        RelayOf(app).Ring();

        await UntilAsync(() => Opens > before);
        await app.Time.WhenTimerSetAsync(PollInterval); // it waits again
    }

    /// <summary>However often it is rung for.</summary>
    [Fact]
    public async Task TheBacklogIsCountedAndOldRowsAreDeletedNoMoreOftenThanSet()
    {
        var app = StartWatched();
        await InsertOldAsync();
        var (state, before) = (OutboxOf(app).State, Opens);

        await UntilAsync(() =>
        {
            RelayOf(app).Ring();
            return Opens >= before + 3; // of which the third is of another step than the first, whatever they are for
        });

        OutboxOf(app).State.ShouldBeSameAs(state);
        (await Database.CountAsync()).ShouldBe(1);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => Database.CountAsync().GetAwaiter().GetResult() == 0);
        OutboxOf(app).State.ShouldNotBeSameAs(state);
    }

    [Fact]
    public async Task AtItsStartItDeletesWhatIsOldBatchByBatch()
    {
        for (var i = 0; i < 5; i++) await InsertOldAsync();

        StartWatched(options => options.PruneBatchSize = 2);

        (await Database.CountAsync()).ShouldBe(0);
    }

    /// <summary>Its action has its grace, and a relay one interval more to come by.</summary>
    [Fact]
    public async Task ItsStateIsWhatNobodyAppendedInTime()
    {
        foreach (var seconds in (int[])[1_000_000, 90])
            await Database.ExecuteAsync($"INSERT INTO freshet_outbox (action, event, data, created_at) VALUES ('import.py', 'nobody.knows', '{{}}', {Ago(seconds)})");

        var app = StartWatched(options => (options.Grace, options.PollInterval) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), isSettled: false);

        await UntilAsync(() => OutboxOf(app).State.Backlog > 0);
        OutboxOf(app).State.ShouldSatisfyAllConditions(
            state => state.Backlog.ShouldBe(1), state => state.Age.ShouldBeGreaterThan(TimeSpan.FromSeconds(999_999)), state => state.SetAside.ShouldBe(0));
    }

    /// <summary>Rows for an hour, claims for a month.</summary>
    [Fact]
    public async Task RowsAndClaimsAreEachKeptForTheirOwnTime()
    {
        await Database.ExecuteAsync($"INSERT INTO freshet_outbox (action, appended_at) VALUES ('a', {Ago(7_200)})");
        await Database.ExecuteAsync($"""
            INSERT INTO freshet_claims (source, delivery, claim, claimed_at)
            VALUES ('payments', 'evt_1', 'a3bb189e-8bf9-3888-9912-ace4e6543002', {Ago(7_200)}), ('payments', 'evt_2', 'a3bb189e-8bf9-3888-9912-ace4e6543002', {Ago(40 * 86_400)})
            """);

        StartWatched();

        (await Database.CountAsync()).ShouldBe(0);
        (await Database.ReadAsync<string>("SELECT group_concat(delivery) FROM freshet_claims")).ShouldBe("evt_1");
    }

    /// <summary>It may be the thread on which the database's notifications come.</summary>
    [Fact]
    public async Task WhoRingsDoesNotTakeTheStepItself()
    {
        var app = StartWatched();
        var stepping = new TaskCompletionSource<Thread>();
        OnOpen = _ =>
        {
            stepping.TrySetResult(Thread.CurrentThread);
            return Task.CompletedTask;
        };
        var ringing = new Thread(() => RelayOf(app).Ring());

        ringing.Start();

        (await stepping.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldNotBeSameAs(ringing);
    }

    /// <summary>It is told once for each time the database is away, and tried ever more seldom until it is back.</summary>
    [Fact]
    public async Task AStepThatFailsIsToldOnceCountedAndTriedAgain()
    {
        var app = StartWatched(more: freshet => freshet.Services.AddMetrics());
        using var meter = new MeterReader(app);
        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("relay works again"), "it never failed");
        for (var outage = 1; outage <= 2; outage++)
        {
            OnOpen = _ => throw new TimeoutException();
            app.Time.Advance(PollInterval);
            foreach (var pause in (int[])[200, 400])
            {
                await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(pause));
                OutboxOf(app).State.IsAway.ShouldBeTrue();
                app.Time.Advance(TimeSpan.FromMilliseconds(pause));
            }
            await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(800));

            OnOpen = _ => Task.CompletedTask;
            app.Time.Advance(TimeSpan.FromMilliseconds(800));
            await UntilAsync(() => app.LogLines.Lines.Count(line => line.Text.Contains("relay works again")) == outage);
            await app.Time.WhenTimerSetAsync(PollInterval);

            app.LogLines.Lines.Count(line => line.Text.Contains("The outbox's relay failed")).ShouldBe(outage);
            meter.Sum("freshet.outbox.relay.failures").ShouldBe(3 * outage);
        }
    }

    [Fact]
    public void ADatabaseThatCannotRingIsNotListenedTo()
    {
        var without = StartWatched().Time.TimersSet;
        StartWatched(options => options.Listens = true).Time.TimersSet.ShouldBe(without);
    }

    [Fact]
    public async Task ItCarriesNothingOfWhoeverStartedTheHost()
    {
        var request = new AsyncLocal<string?> { Value = "whoever started it" };
        var app = StartWatched();
        var seen = "not told";
        OnOpen = _ =>
        {
            seen = request.Value;
            return Task.CompletedTask;
        };
        app.Time.Advance(PollInterval);
        await UntilAsync(() => seen != "not told");

        seen.ShouldBeNull();
    }

    private static string Ago(int seconds) => $"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{seconds} seconds')";
}

using System.Globalization;
using Freshet.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql.Tests.Relay;

public sealed class SqliteRelayTests : RelayTests<SqliteTestDatabase>
{
    /// <summary>The database takes any text for an id.</summary>
    [Fact]
    public async Task ARowWhoseIdIsNoneKeepsNoOtherFromBeingAppended()
    {
        var app = Start();
        await Database.ExecuteAsync("""INSERT INTO freshet_outbox (id, action, event, data) VALUES (@id, 'import.py', 'thing.changed', '{"id":"a"}')""", new { id = new string('x', 36) });
        await InsertAsync("thing.changed", """{"id":"after"}""");

        await RelayOf(app).RelayAllAsync(default);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:after"]);
        (await Database.ReadAsync<string>("SELECT error FROM freshet_outbox WHERE appended_at IS NULL AND attempts = 1")).ShouldBe("its id is no UUID in lower case");
    }
}

/// <summary>What actions leave behind is appended by the relay of any node, once in effect.</summary>
public abstract class RelayTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task ARowWhoseActionNeverCameBackIsAppendedOnce()
    {
        var app = Start();
        await using var lost = await SaveAsync(app, "a");

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(1);
        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0);

        var record = (await RecordsAsync(app)).ShouldHaveSingleItem();
        (record.Trigger, record.Action, record.Actor, record.Call, record.Event, TagOf(record)).ShouldBe((TriggerKind.UserAction, "write", "clerk", "Raise", "thing.changed", "thing:a"));
        (await Database.CountAsync("appended_at IS NOT NULL AND position = 1")).ShouldBe(1);
    }

    [Fact]
    public async Task AnActionThatComesAfterTheRelayFindsItsRecordThere()
    {
        var app = Start();
        await using var slow = await SaveAsync(app, "a");
        await RelayOf(app).RelayAllAsync(default);

        (await slow.CompleteAsync())!.Value.Position.ShouldBe(1);

        app.Freshet.Log.Position.Position.ShouldBe(1);
    }

    [Fact]
    public async Task ARelayThatComesAfterTheActionAppendsNothingThoughTheMarkWasLost()
    {
        var app = Start();
        await using (var action = await SaveAsync(app, "a")) await action.CompleteAsync();
        (await Database.CountAsync("appended_at IS NULL")).ShouldBe(1, "the mark is still to be written");

        await RelayOf(app).RelayAllAsync(default);

        (app.Freshet.Log.Position.Position, await Database.CountAsync("position = 1")).ShouldBe((1, 1));
    }

    [Fact]
    public async Task ARowIsLeftToItsActionForAWhile()
    {
        var app = Start(options => options.Grace = TimeSpan.FromMinutes(1));
        await using var action = await SaveAsync(app, "a");

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET due_at = created_at");
        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(1);
    }

    [Fact]
    public async Task ThatWhileMayBeAFractionOfASecond()
    {
        var app = Start(options => options.Grace = TimeSpan.FromMilliseconds(400));
        await using var action = await SaveAsync(app, "a");

        (await Database.ReadAsync<double>($"SELECT {Database.Seconds("created_at", "due_at")} FROM freshet_outbox")).ShouldBe(0.4, 0.2);
    }

    [Fact]
    public async Task RowsAreAppendedInTheOrderWrittenHoweverManyStepsItTakes()
    {
        var app = Start(options => options.BatchSize = 7);
        for (var i = 0; i < 20; i++) await InsertAsync("thing.changed", $$"""{"id":"{{i}}"}""");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET attempts = 1 WHERE seq = 1"); // PostgreSQL keeps it behind the others from here on
        await Database.Outbox.RelayAsync("app", 7, rows =>
        {
            rows.Count.ShouldBe(7);
            return Task.FromResult<RowFates?>(null);
        }, default);

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(20);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(Enumerable.Range(0, 20).Select(i => $"thing:{i}"));
    }

    [Theory]
    [InlineData("job", InvalidationKind.MarkStale)]
    [InlineData("webhook", InvalidationKind.MarkStale)]
    [InlineData("user-action", InvalidationKind.Expire)]
    public async Task ARowOfAnEventAloneInvalidatesWhatItsDeclarationSays(string trigger, InvalidationKind kind)
    {
        var app = Start();
        await InsertAsync("thing.changed", """{ "id": "a", "unknown": [1, 2] }""", trigger: trigger);

        await RelayOf(app).RelayAllAsync(default);

        var record = (await RecordsAsync(app)).ShouldHaveSingleItem();
        record.Invalidations.ShouldBe([new Invalidation(Things.Thing.For("a"), kind, kind == InvalidationKind.Expire ? TimeSpan.Zero : Profile.Seconds.Expire)]);
        (record.Action, record.EventValue).ShouldBe(("import.py", new ThingChanged("a")));
    }

    [Fact]
    public async Task ARowMayNameItsTagsItself()
    {
        var app = Start();
        await InsertAsync(null, null, """[{"tag":"thing:a"},{"tag":"owner:o","staleFor":60000}]""");

        await RelayOf(app).RelayAllAsync(default);

        (await RecordsAsync(app)).Single().Invalidations.ShouldBe(
            [new Invalidation(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero), new Invalidation(Things.Owner.For("o"), InvalidationKind.MarkStale, TimeSpan.FromMinutes(1))]);
    }

    [Fact]
    public async Task ARecordTellsTheCauseAndTheTraceOfItsRow()
    {
        var app = Start();
        await InsertAsync("thing.changed", """{"id":"a"}""");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET cause = 'a bad day', trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'");

        await RelayOf(app).RelayAllAsync(default);

        var record = (await RecordsAsync(app)).ShouldHaveSingleItem();
        (record.Cause, record.TraceParent).ShouldBe(("a bad day", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    }

    [Theory]
    [InlineData("nobody.knows", "{}", null, "job", "no catalog of this node declares its event")]
    [InlineData("thing.changed", "[1]", null, "job", "its data do not fit its event (JsonException)")]
    [InlineData("thing.changed", "{}", null, "job", "its data do not fit its event (InvalidKeyException)")]
    [InlineData("thing.changed", "null", null, "job", "its data are null")]
    [InlineData("thing.changed", null, null, "job", "its data do not fit its event (InvalidKeyException)")]
    [InlineData(null, null, null, "job", "it has neither an event nor invalidations")]
    [InlineData(null, null, """{"tag":"thing:a"}""", "job", """its invalidations are not of the form [{"tag":"account:a"}]""")]
    [InlineData("thing.changed", """{"id":"a"}""", null, "cron", "its trigger is none of user-action, webhook, job, operator")]
    public async Task ARowThatCannotBeAppendedKeepsNoOtherFromIt(string? name, string? data, string? invalidations, string trigger, string fault)
    {
        var app = Start();
        await InsertAsync("thing.changed", """{"id":"before"}""");
        await InsertAsync(name, data, invalidations, trigger);
        await InsertAsync("thing.changed", """{"id":"after"}""");

        await RelayOf(app).RelayAllAsync(default);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:before", "thing:after"]);
        (await Database.ReadAsync<string>("SELECT error FROM freshet_outbox WHERE appended_at IS NULL AND set_aside_at IS NULL AND attempts = 1")).ShouldBe(fault);
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains(fault) && line.Text.Contains("attempt 1"));
    }

    [Fact]
    public async Task ARowThatFailsAgainAndAgainIsSetAsideAndCounted()
    {
        var app = Start(options => options.MaxAttempts = 3);
        await InsertAsync("nobody.knows", """{"secret":"s3cret"}""");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            (await RelayOf(app).RelayAllAsync(default)).ShouldBe(1);
            (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0, "it is due again later");
            await Database.ExecuteAsync("UPDATE freshet_outbox SET due_at = created_at");
        }

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0, "it is set aside");
        (await Database.Outbox.StateAsync("app", TimeSpan.Zero, default)).ShouldBe(new OutboxState(0, TimeSpan.Zero, 1, IsAway: false));
        app.LogLines.Lines.Count(line => line.Level == LogLevel.Error && line.Text.Contains("is set aside")).ShouldBe(1);
        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("s3cret"));

        await Database.ExecuteAsync("UPDATE freshet_outbox SET event = 'thing.changed', data = '{\"id\":\"a\"}', set_aside_at = NULL");
        await RelayOf(app).RelayAllAsync(default);
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:a"]);
    }

    /// <summary>By what they are told of in the log and counted, and how often they are tried.</summary>
    [Fact]
    public async Task WhatARelayDoesIsToldAndCounted()
    {
        var app = Start(options => options.MaxAttempts = 2, freshet => freshet.Services.AddMetrics());
        using var meter = new MeterReader(app);
        await InsertAsync("thing.changed", """{"id":"a"}""");
        await InsertAsync("nobody.knows", "{}");
        await InsertAsync("nobody.knows", "{}");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET attempts = 1 WHERE seq = 3");

        await RelayOf(app).RelayAllAsync(default);

        meter.Sum("freshet.outbox.relayed").ShouldBe(1);
        meter.Sum("freshet.outbox.rows.failed", ("outcome", "again")).ShouldBe(1);
        meter.Sum("freshet.outbox.rows.failed", ("outcome", "set-aside")).ShouldBe(1);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("call=Raise raised=thing.changed tag=thing:a"));
    }

    [Theory]
    [InlineData(0, 1, 30)]
    [InlineData(6, 64, 200)]
    [InlineData(20, 300, 3_000)]
    public async Task ARowThatFailsIsTriedEverMoreSeldomButNeverForgotten(int attempts, int least, int most)
    {
        var app = Start(options => options.MaxAttempts = 100);
        await InsertAsync("nobody.knows", "{}");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET attempts = @attempts", new { attempts });

        await RelayOf(app).RelayAllAsync(default);

        (await Database.ReadAsync<double>($"SELECT {Database.Seconds("created_at", "due_at")} FROM freshet_outbox")).ShouldBeInRange(least, most, "from its insert, which was a moment earlier");
    }

    [Fact]
    public async Task RowsOfAnotherKeyspaceAreLeftAlone()
    {
        var app = Start();
        await InsertAsync("thing.changed", """{"id":"a"}""", keyspace: "other");
        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0);
    }

    [Fact]
    public async Task WhatWasAppendedLongAgoIsDeletedAndNothingElse()
    {
        for (var i = 0; i < 6; i++) await InsertAsync("thing.changed", "{}");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET appended_at = created_at WHERE seq <= 3");
        await Database.ExecuteAsync("INSERT INTO freshet_claims (source, delivery, claim) VALUES ('payments', 'evt_1', 'a3bb189e-8bf9-3888-9912-ace4e6543002')");

        (await Database.Outbox.PruneAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), 100, default)).ShouldBe(0, "not long ago");
        (await Database.Outbox.PruneAsync(TimeSpan.FromSeconds(-10), TimeSpan.FromDays(1), 2, default)).ShouldBe(2, "so many at once");
        (await Database.Outbox.PruneAsync(TimeSpan.FromSeconds(-10), TimeSpan.FromSeconds(-10), 100, default)).ShouldBe(2, "the last one and the claim");

        (await Database.CountAsync()).ShouldBe(3, "what is not appended stays");
    }

    [Fact]
    public async Task TheBacklogIsWhatNobodyAppendedInTime()
    {
        await InsertAsync("thing.changed", "{}");
        (await Database.Outbox.StateAsync("app", TimeSpan.FromMinutes(1), default)).Backlog.ShouldBe(0, "its action has time");
        var state = await Database.Outbox.StateAsync("app", TimeSpan.FromSeconds(-10), default);
        (state.Backlog, state.Age < TimeSpan.FromSeconds(30)).ShouldBe((1, true));
    }

    [Fact]
    public async Task TheRelayOfAHostFindsARowByItself()
    {
        var app = Start();
        await InsertAsync("thing.changed", """{"id":"a"}""");
        app.Time.Advance(PollInterval);

        await UntilAsync(() => app.Freshet.Log.Position.Position == 1);
    }

    [Fact]
    public async Task ARelayWhoseDatabaseIsAwaySaysSoAndGoesOnWhenItIsBack()
    {
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME COLUMN due_at TO gone");
        var app = Start(isSettled: false);
        await app.LogLines.WaitForAsync("The outbox's relay failed");
        OutboxOf(app).State.IsAway.ShouldBeTrue();

        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME COLUMN gone TO due_at");
        await InsertAsync("thing.changed", """{"id":"a"}""");
        await PassUntilAsync(app, () => app.Freshet.Log.Position.Position == 1);
        await app.LogLines.WaitForAsync("relay works again");
        OutboxOf(app).State.IsAway.ShouldBeFalse();
    }

    /// <summary>PROTOCOL 24: what was appended to a log that is gone is appended to the next one, if it was lately.</summary>
    [Fact]
    public async Task PROTOCOL_24_AfterAnEpochRecentRowsAreAppendedAgain()
    {
        var time = new TestTimeProvider();
        var server = new TestLogServer(time) { IsMature = true };
        var link = server.Connect("a");
        var app = Start(more: freshet => freshet.Services.AddSingleton<ILogService>(link));
        await using (var action = await SaveAsync(app, "recent")) await action.CompleteAsync();
        await using (var action = await SaveAsync(app, "long ago")) await action.CompleteAsync();
        await OutboxOf(app).Marks.FlushAsync();
        await Database.ExecuteAsync($"UPDATE freshet_outbox SET appended_at = '{DateTimeOffset.UnixEpoch.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)}' WHERE position = 2");

        server.RestartEmpty();
        await PassUntilAsync(app, () => server.Records.Count > 0);

        server.Records.Select(TagOf).ShouldBe(["thing:recent"]);
    }

    [Fact]
    public async Task WhileTheLogIsAwayRowsStay()
    {
        var server = new TestLogServer(new TestTimeProvider()) { IsMature = true };
        var link = server.Connect("a");
        var app = Start(more: freshet => freshet.Services.AddSingleton<ILogService>(link));
        await InsertAsync("thing.changed", """{"id":"a"}""");
        link.IsCut = true;

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0);

        (((SharedLog)app.Freshet.Log).Pending.Count, await Database.CountAsync("appended_at IS NULL AND attempts = 0")).ShouldBe((0, 1));
        link.IsCut = false;
        await PassUntilAsync(app, () => server.Records.Count == 1);
    }

    /// <summary>Two nodes at once: the log knows what it has by its id.</summary>
    [Fact]
    public async Task RelaysOfSeveralNodesAppendEachRowOnce()
    {
        var server = new TestLogServer(new TestTimeProvider()) { IsMature = true };
        var apps = Enumerable.Range(0, 3).Select(i => Start(options => options.BatchSize = 10, freshet => freshet.Services.AddSingleton<ILogService>(server.Connect($"n{i}")))).ToList();
        for (var i = 0; i < 60; i++) await InsertAsync("thing.changed", $$"""{"id":"{{i}}"}""");

        // A node whose lease is in the way is waited for, so time passes meanwhile.
        var relaying = Task.WhenAll(apps.Select(app => Task.Run(async () =>
        {
            while (await Database.CountAsync("appended_at IS NULL") > 0) await RelayOf(app).RelayAllAsync(default);
        })));
        await UntilAsync(() =>
        {
            foreach (var app in apps) app.Time.Advance(TimeSpan.FromMilliseconds(10));
            return relaying.IsCompleted;
        });
        await relaying;

        server.Records.Select(TagOf).ShouldBe(Enumerable.Range(0, 60).Select(i => $"thing:{i}"));
        (await Database.CountAsync("appended_at IS NULL")).ShouldBe(0);
    }
}

using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql.Tests.Outbox;

public sealed class PostgresSaveTests : SaveTests<PostgresTestDatabase>
{
    /// <summary>It does not matter which object's Commit was called, or that none was.</summary>
    [Fact]
    public async Task ACommitThatNoObjectTellsOfIsFound()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        app.Freshet.Raise(new ThingChanged("a"));
        await app.Freshet.SaveOutboxAsync(transaction);
        await using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "COMMIT";
            await command.ExecuteNonQueryAsync();
        }

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
    }
}

public sealed class SqliteSaveTests : SaveTests<SqliteTestDatabase>;

/// <summary>What is raised is saved with its write, and the end of the action asks the database.</summary>
public abstract class SaveTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task WhatIsCommittedIsAppendedAndItsRowTellsWhere()
    {
        var app = Start();
        await using var action = await SaveAsync(app, "a");
        app.Freshet.Log.Position.Position.ShouldBe(0, "nothing is appended before the action ends");

        var token = (await action.CompleteAsync())!.Value;

        (token.Position, action.IsPending).ShouldBe((1, false));
        await OutboxOf(app).Marks.FlushAsync();
        (await Database.CountAsync("appended_at IS NOT NULL AND position = 1")).ShouldBe(1);
        (await Database.ReadAsync<string>("SELECT CAST(epoch AS TEXT) FROM freshet_outbox"))!.Replace("-", "").ShouldBe(token.Epoch.ToString());
    }

    [Fact]
    public async Task ARowHoldsWhatItsRecordHolds()
    {
        var app = Start();
        await using var action = await SaveAsync(app, "it's \"a\" \u00fc\u2603", begin: () => app.Freshet.BeginOperator("repair", "clerk", "a bad day"));
        await using var connection = await Database.OpenAsync();

        var row = await connection.QuerySingleAsync<Row>("""
            SELECT keyspace, "trigger", action, actor, call, event, CAST(data AS TEXT) AS data, CAST(invalidations AS TEXT) AS invalidations, cause, attempts FROM freshet_outbox
            """);

        (row.Keyspace, row.Trigger, row.Action, row.Actor, row.Call, row.Event, row.Cause, row.Attempts).ShouldBe(("app", "operator", "repair", "clerk", "Raise", "thing.changed", "a bad day", 0));
        System.Text.Json.JsonDocument.Parse(row.Data).RootElement.GetProperty("id").GetString().ShouldBe("it's \"a\" \u00fc\u2603");
        RecordJson.ReadInvalidations(row.Invalidations).ShouldBe([new Invalidation(Things.Thing.For("it's \"a\" \u00fc\u2603"), InvalidationKind.MarkStale, Profile.Seconds.Expire)]);
        await action.CompleteAsync();
    }

    [Fact]
    public async Task ARowHoldsTheTraceItWasWrittenIn()
    {
        var app = Start();
        using var activity = new System.Diagnostics.Activity("request").SetIdFormat(System.Diagnostics.ActivityIdFormat.W3C).Start();
        await using var action = await SaveAsync(app, "a");

        (await Database.ReadAsync<string>("SELECT trace FROM freshet_outbox")).ShouldNotBeNull().ShouldContain(activity.TraceId.ToString());
    }

    [Fact]
    public async Task ARowIsOfItsApplicationsKeyspace()
    {
        var app = Start(more: freshet => freshet.Configure(options => options.Keyspace = "other"));
        await using var action = await SaveAsync(app, "a");

        (await Database.CountAsync("keyspace = 'other'")).ShouldBe(1);
        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
    }

    [Fact]
    public async Task S2_S3_WhatIsRolledBackLeavesNothing()
    {
        var app = Start();
        await using var action = await SaveAsync(app, "a", commit: false);
        (await action.CompleteAsync()).ShouldBeNull();

        await RelayOf(app).RelayAllAsync(default);
        (app.Freshet.Log.Position.Position, await Database.CountAsync()).ShouldBe((0, 0));
    }

    [Fact]
    public async Task AnActionThatFailsAfterItsCommitAppendsWhatItRaisedAsItRaisedIt()
    {
        var app = Start();
        await using (await SaveAsync(app, "a", begin: () => app.Freshet.BeginWebhook("provider")))
        {
        }

        var record = (await RecordsAsync(app)).ShouldHaveSingleItem();
        (record.Cause, record.Invalidations.Single().Kind).ShouldBe((null, InvalidationKind.MarkStale));
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task DapperWritesAndOneCallSaves()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("INSERT INTO things (id, number) VALUES (@id, 1)", new { id = "a" }, transaction);
            app.Freshet.Raise(new ThingChanged("a"));
            app.Freshet.Raise(new OwnerChanged("o"));
            app.Freshet.UpdateTag(Things.Thing.For("b"));
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }

        (await action.CompleteAsync())!.Value.Position.ShouldBe(3);
        action.Records.Select(TagOf).ShouldBe(["thing:a", "owner:o", "thing:b"]);
        (await Database.CountAsync("call = 'UpdateTag' AND event IS NULL")).ShouldBe(1, "rows that are written together need not be alike");
    }

    [Fact]
    public async Task ASavepointThatIsRolledBackTakesItsRowsWithIt()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            app.Freshet.Raise(new ThingChanged("kept"));
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.SaveAsync("before");
            app.Freshet.Raise(new ThingChanged("undone"));
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.RollbackAsync("before");
            await transaction.CommitAsync();
        }

        await action.CompleteAsync();
        action.Records.Select(TagOf).ShouldBe(["thing:kept"]);
    }

    [Fact]
    public async Task AUnitOfWorkThatIsTriedAgainSendsOnceWhereverItRaises()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("outside"));
        await UnitAsync(commit: false, raise: false);
        await UnitAsync(commit: true, raise: false);
        await UnitAsync(commit: false, raise: true);
        await UnitAsync(commit: true, raise: true);

        await action.CompleteAsync();
        action.Records.Select(TagOf).ShouldBe(["thing:outside", "thing:inside"]);

        async Task UnitAsync(bool commit, bool raise)
        {
            await using var connection = await Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            if (raise) app.Freshet.Raise(new ThingChanged("inside"));
            await app.Freshet.SaveOutboxAsync(transaction);
            if (commit) await transaction.CommitAsync();
        }
    }

    [Fact]
    public async Task SavingAgainInOneTransactionChangesNothing()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.SaveOutboxAsync(transaction);
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        (await Database.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task ADatabaseThatTakesNoRowLeavesTheEventWithItsAction()
    {
        var app = Start();
        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Should.ThrowAsync<DbException>(async () => await app.Freshet.SaveOutboxAsync(transaction));
        }

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1, "it is an event without an outbox again");
    }

    [Fact]
    public async Task ADatabaseThatCannotBeAskedMakesTheActionPending()
    {
        var app = Start();
        await using var action = await SaveAsync(app, "a");
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME TO gone");

        (await action.CompleteAsync()).ShouldBeNull();
        (action.IsPending, app.Freshet.Log.Position.Position).ShouldBe((true, 0));

        await Database.ExecuteAsync("ALTER TABLE gone RENAME TO freshet_outbox");
        await RelayOf(app).RelayAllAsync(default);
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:a"]);
    }

    [Fact]
    public async Task WrongUseIsRefused()
    {
        var app = Start();
        await using var connection = await Database.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        Should.Throw<ArgumentNullException>(() => app.Freshet.SaveOutboxAsync(null!).AsTask());
        Should.Throw<TriggerException>(() => app.Freshet.SaveOutboxAsync(transaction).AsTask()).Code.ShouldBe("no-trigger");
        await using var without = TestApp.Start();
        Should.Throw<OutboxMissingException>(() => without.Freshet.SaveOutboxAsync(transaction).AsTask()).Message.ShouldContain("UsePostgresOutbox");
        await transaction.CommitAsync();
        await transaction.DisposeAsync();

        await using var action = app.Freshet.BeginUserAction("write");
        await Should.ThrowAsync<ArgumentException>(async () => await app.Freshet.SaveOutboxAsync(transaction));
    }

    /// <summary>R8: what a high query shows is held before the commit, and released when there is none.</summary>
    [Fact]
    public async Task R8_SavingHoldsWhatHighQueriesShow()
    {
        await using var app = TestApp.Start<Things>(freshet => Database.AddOutbox(freshet));
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            await using var connection = await Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
            app.Source["a"] = new Value(2);
            Task<int> byAnother;
            using (ExecutionContext.SuppressFlow()) byAnother = Task.Run(() => app.ReadAsync(Things.High, "a"));
            (await byAnother).ShouldBe(2, "committed, and not appended");
            await action.CompleteAsync();
        }
        (await app.Freshet.ReadAnswerAsync(Things.High, "a")).Source.ShouldBe(AnswerSource.Load);
        await using (var rolledBack = await SaveAsync(app, "a", commit: false)) await rolledBack.CompleteAsync();

        (await app.Freshet.ReadAnswerAsync(Things.High, "a")).Source.ShouldBe(AnswerSource.Cache, "nothing happened");
        (await RecordsAsync(app)).Select(record => record.Call).ShouldBe(["Hold", "Raise", "Hold", "Release"]);
    }

    [Fact]
    public async Task ManyActionsAtOnceAskTheDatabaseTogether()
    {
        var app = Start();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            await using var action = await SaveAsync(app, $"k{i}");
            return (await action.CompleteAsync())!.Value.Position;
        })));

        tokens.Order().ShouldBe(Enumerable.Range(1, 60).Select(position => (long)position));
    }

    private sealed record Row(string Keyspace, string Trigger, string Action, string Actor, string Call, string Event, string Data, string Invalidations, string Cause, long Attempts)
    {
        public Row() : this("", "", "", "", "", "", "", "", "", 0)
        {
        }
    }
}

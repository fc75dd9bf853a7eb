using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Freshet.Sql.Tests.Outbox;

public sealed class PostgresCommitTests : CommitTests<PostgresTestDatabase>
{
    /// <summary>COMMIT of a transaction that has failed is answered without an error, and rolls back.</summary>
    [Fact]
    public async Task ATransactionThatHasFailedIsNotTakenForCommitted()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync("SELECT 1 / 0", transaction: transaction));
        app.Freshet.Raise(new ThingChanged("a"));

        await Should.ThrowAsync<PostgresException>(async () => await app.Freshet.CommitAsync(transaction));

        (await action.CompleteAsync()).ShouldBeNull();
        (await Database.CountAsync()).ShouldBe(0);
    }

    /// <summary>The driver sends nothing while a reader is open. Were the transaction open afterwards, it could be committed without its row.</summary>
    [Fact]
    public async Task WhatCouldNotBeSentIsRolledBack()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await TestDatabase.WriteAsync(transaction, "a", 1);
        app.Freshet.Raise(new ThingChanged("a"));
        await using (await connection.ExecuteReaderAsync("SELECT 1", transaction: transaction))
            await Should.ThrowAsync<NpgsqlOperationInProgressException>(async () => await app.Freshet.CommitAsync(transaction));

        await Should.ThrowAsync<ObjectDisposedException>(() => transaction.CommitAsync());
        (await action.CompleteAsync()).ShouldBeNull();
        (await Database.ReadAsync<long>("SELECT count(*) FROM things")).ShouldBe(0);
    }

    [Fact]
    public async Task WithoutPreparedStatementsAndInASchemaOfItsOwn()
    {
        await using (var tables = new PostgresOutboxDatabase(Database.Source, "own"))
        {
            await tables.CreateTablesAsync(default);
            await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        }
        var app = Start(options => (options.PrepareStatements, options.Schema) = (false, "own"));
        await using var action = app.Freshet.BeginUserAction("write");
        await CommitAsync(app, "a");

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        (await Database.ReadAsync<long>("SELECT count(*) FROM own.freshet_outbox")).ShouldBe(1);
    }
}

public sealed class SqliteCommitTests : CommitTests<SqliteTestDatabase>;

/// <summary>Saved and committed in one call: the database tells with the commit what is committed, and the end of the action asks nothing more.</summary>
public abstract class CommitTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task WhatIsCommittedIsAppendedWithoutAnotherQuestion()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await CommitAsync(app, "a", "b");
        app.Freshet.Log.Position.Position.ShouldBe(0, "nothing is appended before the action ends");
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME TO gone"); // who asks now gets an error

        (await action.CompleteAsync())!.Value.Position.ShouldBe(2);

        action.IsPending.ShouldBeFalse();
        (await Database.ReadAsync<long>("SELECT count(*) FROM things")).ShouldBe(2);
        await Database.ExecuteAsync("ALTER TABLE gone RENAME TO freshet_outbox");
        await OutboxOf(app).Marks.FlushAsync();
        (await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe(2);
    }

    [Fact]
    public async Task AWriteThatRaisesNothingIsCommittedAllTheSame()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await TestDatabase.WriteAsync(transaction, "a", 1);
            await app.Freshet.CommitAsync(transaction);
        }

        (await action.CompleteAsync()).ShouldBeNull();
        (await Database.ReadAsync<long>("SELECT count(*) FROM things")).ShouldBe(1);
    }

    /// <summary>It is the commit that fails, not what was written before it.</summary>
    [Fact]
    public async Task ACommitThatFailsAppendsNothingAndItsUnitOfWorkIsTriedAgain()
    {
        var app = Start();
        await Database.ExecuteAsync("CREATE TABLE parts (id TEXT PRIMARY KEY, thing TEXT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)");
        await using var action = app.Freshet.BeginUserAction("write");
        await using (var connection = await OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("INSERT INTO parts (id, thing) VALUES ('p', 'none')", transaction: transaction);
            app.Freshet.Raise(new ThingChanged("none"));
            await Should.ThrowAsync<DbException>(async () => await app.Freshet.CommitAsync(transaction));
        }
        (await action.FlushAsync()).ShouldBeNull();
        (await Database.CountAsync()).ShouldBe(0);

        await using (var connection = await OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await app.Freshet.CommitAsync(transaction);
        }
        await action.CompleteAsync();
        action.Records.Select(TagOf).ShouldBe(["thing:none"]);
    }

    [Fact]
    public async Task ADatabaseThatTakesNoRowCommitsNothing()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME TO gone");
        await Should.ThrowAsync<DbException>(() => CommitAsync(app, "a"));
        await Database.ExecuteAsync("ALTER TABLE gone RENAME TO freshet_outbox");

        (await Database.ReadAsync<long>("SELECT count(*) FROM things")).ShouldBe(0);
        await CommitAsync(app);
        await action.CompleteAsync();
        action.Records.Select(TagOf).ShouldBe(["thing:a"], "the unit of work was tried again");
    }

    [Fact]
    public async Task WhoGivesUpHasCommittedNothing()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await TestDatabase.WriteAsync(transaction, "a", 1);
        app.Freshet.Raise(new ThingChanged("a"));
        await Should.ThrowAsync<OperationCanceledException>(async () => await app.Freshet.CommitAsync(transaction, new CancellationToken(canceled: true)));

        await Should.ThrowAsync<Exception>(() => transaction.CommitAsync());
        (await action.CompleteAsync()).ShouldBeNull();
        (await Database.ReadAsync<long>("SELECT count(*) FROM things")).ShouldBe(0);
    }

    [Fact]
    public async Task OneConnectionCommitsOneTransactionAfterAnother()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            app.Freshet.Raise(new ThingChanged($"t{i}"));
            await app.Freshet.CommitAsync(transaction);
            await Should.ThrowAsync<ArgumentException>(async () => await app.Freshet.CommitAsync(transaction));
        }
        await using (var rolledBack = await connection.BeginTransactionAsync())
        {
            app.Freshet.Raise(new ThingChanged("never"));
            await app.Freshet.SaveOutboxAsync(rolledBack);
        }

        await action.CompleteAsync();
        action.Records.Select(TagOf).ShouldBe(["thing:t0", "thing:t1", "thing:t2"]);
    }

    /// <summary>What is known to be committed is no part of the next unit of work, which may be tried again.</summary>
    [Fact]
    public async Task WhatIsCommittedIsNotSavedAgain()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await CommitAsync(app, "a");
        await Database.ExecuteAsync("DELETE FROM freshet_outbox");
        await CommitAsync(app);

        (await Database.CountAsync()).ShouldBe(0);
        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
    }

    /// <summary>Of a transaction that is not the driver's own, nobody knows what its commit commits.</summary>
    [Fact]
    public async Task ACommitThatCommitsNothingIsNotBelieved()
    {
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await using var connection = await Database.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.CommitAsync(new NestedTransaction(connection, transaction));
            await transaction.RollbackAsync();
        }

        (await action.CompleteAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task AWebhooksClaimIsCommittedWithIt()
    {
        var app = Start();
        await using (var action = BeginDelivery(app))
        {
            await CommitAsync(app, "a");
            await action.CompleteAsync();
        }

        await using var second = BeginDelivery(app);
        app.Freshet.Raise(new ThingChanged("a"));
        await using var connection = await Database.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
            await Should.ThrowAsync<DuplicateDeliveryException>(async () => await app.Freshet.CommitAsync(transaction));
        await second.CompleteAsync();
        (app.Freshet.Log.Position.Position, await Database.CountAsync()).ShouldBe((1, 1));
    }

    /// <summary>R8: before the commit, and so before the row.</summary>
    [Fact]
    public async Task R8_ItHoldsWhatHighQueriesShow()
    {
        await using var app = TestApp.Start<Things>(freshet => Database.AddOutbox(freshet));
        await using var action = app.Freshet.BeginUserAction("write");
        await CommitAsync(app, "a");
        (await RecordsAsync(app)).Select(record => record.Call).ShouldBe(["Hold"]);

        await action.CompleteAsync();
        (await RecordsAsync(app)).Select(record => record.Call).ShouldBe(["Hold", "Raise"]);
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task WrongUseIsRefused()
    {
        var app = Start();
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Should.Throw<TriggerException>(() => app.Freshet.CommitAsync(transaction).AsTask()).Message.ShouldContain("CommitAsync");
    }

    /// <summary>One transaction that changes things, and raises it.</summary>
    protected async Task CommitAsync(TestApp app, params string[] ids)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var id in ids)
        {
            await TestDatabase.WriteAsync(transaction, id, 1);
            app.Freshet.Raise(new ThingChanged(id));
        }
        await app.Freshet.CommitAsync(transaction);
    }

    private static FreshetAction BeginDelivery(TestApp app)
    {
        var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("provider", "delivery-1");
        return action;
    }

    private async Task<DbConnection> OpenAsync()
    {
        var connection = await Database.OpenAsync();
        if (Database is SqliteTestDatabase) await connection.ExecuteAsync("PRAGMA foreign_keys = ON");
        return connection;
    }
}

using Dapper;
using Freshet.Sql;
using Npgsql;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>A transaction that is not Entity Framework's, shared with Dapper: whoever else's Commit is called.</summary>
public sealed class SharedTransactionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasRaisedBeforeAWriteGoesWithIt(bool commits)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using (var shared = await Shared.BeginAsync(app))
        {
            app.Raise("inv_1");
            shared.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await shared.Context.SaveChangesAsync();
            await shared.Connection.ExecuteAsync("""INSERT INTO "Postings" VALUES ('p_1')""", transaction: shared.Transaction);
            app.Raise("inv_0");
            await shared.Context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, 1));
            if (commits) await shared.Transaction.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(commits ? ["inv_1", "inv_0"] : []);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(commits ? ["inv_1", "inv_0"] : []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheLastEventsAreSavedByHand(bool commits)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using (var shared = await Shared.BeginAsync(app))
        {
            shared.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await shared.Context.SaveChangesAsync();
            app.Raise("inv_1");
            await app.Freshet.SaveOutboxAsync(shared.Transaction);
            if (commits) await shared.Transaction.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(commits ? ["inv_1"] : []);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(commits ? ["inv_1"] : []);
    }

    [Fact]
    public async Task WhatWasNotSavedIsSentSinceNobodyHereSawTheEnd()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using (var shared = await Shared.BeginAsync(app))
        {
            app.Raise("inv_1");
            await shared.Transaction.CommitAsync();
        }
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    /// <summary>Entity Framework was handed it, and ends it all the same: then it is known how.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task OneThatEntityFrameworkWasHandedAndEndsItselfIsKnownToHaveEnded(bool isAsync, bool commits)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var context = new Desk(new DbContextOptionsBuilder<Desk>(app.DeskOptions).UseNpgsql(connection).Options);
        var used = isAsync ? await context.Database.UseTransactionAsync(transaction) : context.Database.UseTransaction(transaction);
        app.Raise("inv_1");
        if (commits && isAsync) await used!.CommitAsync();
        else if (commits) used!.Commit();
        else if (isAsync) await used!.RollbackAsync();
        else used!.Rollback();

        await action.DisposeAsync();

        (await app.RowsAsync()).ShouldBe(commits ? ["inv_1"] : []);
        (await app.SentAsync()).ShouldBe(commits ? ["inv_1"] : []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoContextsShareOneTransactionWhicheverBeganIt(bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        foreach (var commits in (bool[])[false, true])
        {
            await using var lease = app.Lease();
            await using var transaction = await lease.Context.Database.BeginTransactionAsync();
            await using var ledger = new Ledger(new DbContextOptionsBuilder<Ledger>(app.LedgerOptions).UseNpgsql(lease.Context.Database.GetDbConnection()).Options);
            var shared = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(transaction);
            if (isAsync) await ledger.Database.UseTransactionAsync(shared);
            else ledger.Database.UseTransaction(shared);
            app.Raise($"before {commits}");
            ledger.Postings.Add(new Posting { Id = "p_1" });
            await ledger.SaveChangesAsync();
            app.Raise($"after {commits}");
            if (commits) await transaction.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(["before True", "after True"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["before True", "after True"]);
    }

    private sealed class Shared : IAsyncDisposable
    {
        private Shared(NpgsqlConnection connection, NpgsqlTransaction transaction, Desk context) => (Connection, Transaction, Context) = (connection, transaction, context);

        public NpgsqlConnection Connection { get; }

        public NpgsqlTransaction Transaction { get; }

        public Desk Context { get; }

        public static async Task<Shared> BeginAsync(DeskApp app)
        {
            var connection = new NpgsqlConnection(app.ConnectionString);
            await connection.OpenAsync();
            var transaction = await connection.BeginTransactionAsync();
            var context = new Desk(new DbContextOptionsBuilder<Desk>(app.DeskOptions).UseNpgsql(connection).Options);
            await context.Database.UseTransactionAsync(transaction);
            return new Shared(connection, transaction, context);
        }

        public async ValueTask DisposeAsync()
        {
            await Context.DisposeAsync();
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}

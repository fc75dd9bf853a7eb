using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>A unit of work that an execution strategy tries again sends once, and loses nothing, wherever its <c>Raise</c> stands.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASaveWhoseConnectionIsCutBeforeTheCommitIsTriedAgain(bool isAsync)
    {
        var fault = new AtCommit();
        await using var app = await StartAsync(fault);
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        app.Raise("inv_1");
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        fault.Next = _ => app.CutAsync(lease.Context);
        if (isAsync) await lease.Context.SaveChangesAsync();
        else lease.Context.SaveChanges();

        fault.Next.ShouldBeNull("it happened");
        (await app.InvoicesAsync()).ShouldBe(["inv_1"]);
        (await app.RowsAsync()).ShouldBe(["inv_1"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Theory]
    [InlineData("inside")]
    [InlineData("outside")]
    [InlineData("after the save")]
    public async Task AUnitOfWorkWhoseConnectionIsCutIsTriedAgain(string raises)
    {
        await using var app = await StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        var attempt = 0;
        if (raises == "outside") app.Raise("inv_1");
        await lease.Context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            lease.Context.ChangeTracker.Clear();
            await using var transaction = await lease.Context.Database.BeginTransactionAsync();
            if (raises == "inside") app.Raise("inv_1");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
            if (raises == "after the save") app.Raise("inv_1");
            if (++attempt == 1) await app.CutAsync(lease.Context);
            await transaction.CommitAsync();
        });

        attempt.ShouldBe(2);
        (await app.RowsAsync()).ShouldBe(["inv_1"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Fact]
    public async Task AUnitOfWorkThatCannotBeSerializedIsTriedAgain()
    {
        await using var app = await StartAsync();
        await app.AddInvoicesAsync("inv_1");
        await using var action = app.Freshet.BeginUserAction("pay");
        app.Raise("outside");
        var attempt = 0;
        await using var lease = app.Lease();
        await lease.Context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            lease.Context.ChangeTracker.Clear();
            await using var transaction = await lease.Context.Database.BeginTransactionAsync(IsolationLevel.Serializable);
            var invoice = await lease.Context.Invoices.SingleAsync(each => each.Id == "inv_1");
            if (++attempt == 1) await app.RunSqlAsync("""UPDATE "Invoices" SET "Paid" = 5 WHERE "Id" = 'inv_1'""");
            invoice.Paid++;
            app.Raise("inside");
            await lease.Context.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        attempt.ShouldBe(2);
        (await app.QueryAsync("""SELECT "Paid" FROM "Invoices" WHERE "Id" = 'inv_1'""")).ShouldBe(["6"]);
        await action.CompleteAsync();
        (await app.RowsAsync()).ShouldBe(["outside", "inside"]);
        (await app.SentAsync()).ShouldBe(["outside", "inside"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStatementWithoutATransactionIsTriedAgain(bool isAsync)
    {
        await using var app = await StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await app.RunSqlAsync("""
            CREATE SEQUENCE attempts;
            CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF nextval('attempts') = 1 THEN RAISE EXCEPTION 'once' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER fail_once BEFORE UPDATE ON "Invoices" FOR EACH ROW EXECUTE FUNCTION fail_once();
            """);
        app.Raise("inv_0");
        if (isAsync) await lease.Context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, 1));
        else lease.Context.Invoices.ExecuteUpdate(set => set.SetProperty(invoice => invoice.Paid, 1));

        (await app.QueryAsync("SELECT last_value FROM attempts")).ShouldBe(["2"]);
        (await app.RowsAsync()).ShouldBe(["inv_0"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Fact]
    public async Task ACommitThatHappenedThoughItGotNoAnswerIsSentAndSoIsTheOneThatFollowsIt()
    {
        var fault = new AtCommit();
        await using var app = await StartAsync(fault);
        await using var action = app.Freshet.BeginUserAction("count");
        await using var lease = app.Lease();
        app.Raise("inv_0");
        fault.Next = CommitWithoutAnAnswer;
        await lease.Context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await lease.Context.Database.BeginTransactionAsync();
            await lease.Context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, invoice => invoice.Paid + 1));
            await transaction.CommitAsync();
        });

        (await app.QueryAsync("""SELECT "Paid" FROM "Invoices" """)).ShouldBe(["2"], "written twice: a unit of work that is tried again must expect that");
        (await app.RowsAsync()).ShouldBe(["inv_0", "inv_0"], "a row for each commit: a reader between the two must learn of the second");
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_0", "inv_0"]);
    }

    [Fact]
    public async Task ACommitThatHappenedThoughItGotNoAnswerIsSentWhenNobodyTriesAgain()
    {
        var fault = new AtCommit();
        await using var app = await StartAsync(fault, retries: false);
        await Should.ThrowAsync<InvalidOperationException>(async () => // Entity Framework's hint at EnableRetryOnFailure
        {
            await using var action = app.Freshet.BeginWebhook("provider");
            await using var lease = app.Lease();
            app.Raise("inv_1");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            fault.Next = CommitWithoutAnAnswer;
            await lease.Context.SaveChangesAsync();
        });
        (await app.InvoicesAsync()).ShouldBe(["inv_1"]);
        (await app.SentAsync()).ShouldBe(["inv_1"], "as it was raised: the database knows");
    }

    [Fact]
    public async Task AnApplicationThatVerifiesItsCommitSendsOnce()
    {
        var fault = new AtCommit();
        await using var app = await StartAsync(fault);
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        app.Raise("inv_1");
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        fault.Next = CommitWithoutAnAnswer;
        await lease.Context.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
            lease.Context, (context, token) => context.SaveChangesAsync(acceptAllChangesOnSuccess: false, token),
            (context, token) => context.Invoices.AsNoTracking().AnyAsync(invoice => invoice.Id == "inv_1", token));

        (await app.RowsAsync()).ShouldBe(["inv_1"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    private static async Task CommitWithoutAnAnswer(DbTransaction transaction)
    {
        await transaction.CommitAsync();
        throw new NpgsqlException("the answer was lost", new TimeoutException());
    }

    private static Task<DeskApp> StartAsync(AtCommit? fault = null, bool retries = true) => DeskApp.StartAsync(new DeskChoices
    {
        Npgsql = npgsql =>
        {
            if (retries) npgsql.EnableRetryOnFailure(3, TimeSpan.FromMilliseconds(20), ["40001"]);
        },
        Interceptors = fault is null ? [] : [fault],
    });

    /// <summary>Does something to the next commit, once everything before it is done.</summary>
    private sealed class AtCommit : DbTransactionInterceptor
    {
        public Func<DbTransaction, Task>? Next { get; set; }

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
        {
            ActAsync(transaction).GetAwaiter().GetResult();
            return result;
        }

        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            await ActAsync(transaction);
            return result;
        }

        private Task ActAsync(DbTransaction transaction)
        {
            if (Next is not { } act) return Task.CompletedTask;
            Next = null;
            return act(transaction);
        }
    }
}

using System.Transactions;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>Transactions of <c>System.Transactions</c>, whose commit is nobody's call on a connection.</summary>
public sealed class AmbientTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AScopeThatCompletesTakesWhatWasRaisedBeforeAndAfterTheSave(bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        app.Raise("outside");
        using (var scope = Scope())
        {
            app.Raise("before the save");
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            if (isAsync) await pay.Context.SaveChangesAsync();
            else pay.Context.SaveChanges();
            app.Raise("after the save");
            (await RowsBesideAsync(app)).ShouldBeEmpty();
            scope.Complete();
        }
        (await app.RowsAsync()).ShouldBe(["outside", "before the save", "after the save"]);
        (await app.SentAsync()).ShouldBeEmpty();
        await pay.Action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["outside", "before the save", "after the save"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AScopeThatDoesNotCompleteSendsNothing(bool saves)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        using (Scope())
        {
            app.Raise("before the save");
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            if (saves) await pay.Context.SaveChangesAsync();
            app.Raise("after the save");
        }
        (await pay.Action.CompleteAsync()).ShouldBeNull();
        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task AScopeAroundTheActionIsCommittedAfterIt()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Relayed = true });
        using (var scope = Scope())
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            await using var lease = app.Lease();
            app.Raise("before the save");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
            app.Raise("after the save");
            (await action.CompleteAsync()).ShouldBeNull("nothing is committed, whatever this flow's own transaction sees");
            action.IsPending.ShouldBeTrue();
            await lease.DisposeAsync();
            (await app.SentAsync()).ShouldBeEmpty();
            scope.Complete();
        }
        (await app.RowsAsync()).ShouldBe(["before the save", "after the save"]);
        (await app.SentOnceAsync(2)).ShouldBe(["before the save", "after the save"], "by the relay");
    }

    [Fact]
    public async Task AScopeAroundTheActionThatIsAbandonedTakesNothingAlong()
    {
        await using var app = await DeskApp.StartAsync();
        using (Scope())
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            await using var lease = app.Lease();
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            app.Raise("inv_1");
            await lease.Context.SaveChangesAsync();
            app.Raise("inv_2");
            await action.CompleteAsync();
        }
        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task AScopeWithoutASaveOfOursIsFollowedAllTheSame()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        using (var scope = Scope())
        {
            app.Raise("committed");
            scope.Complete();
        }
        using (Scope()) app.Raise("abandoned");
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["committed"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StatementsInAScopeShareItsFate(bool completes)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        using (var scope = Scope())
        {
            app.Raise("inv_0");
            await pay.Context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, 1));
            if (completes) scope.Complete();
        }
        await app.ShouldSendAsync(pay.Action, completes ? ["inv_0"] : []);
    }

    [Fact]
    public async Task AConnectionThatTheApplicationKeepsOpenIsUsed()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        await pay.Context.Database.OpenConnectionAsync();
        using (var scope = Scope())
        {
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await pay.Context.SaveChangesAsync();
            app.Raise("after the save");
            scope.Complete();
        }
        await app.ShouldSendAsync(pay.Action, ["after the save"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AContextThatIsEnlistedByHandIsFollowedToo(bool commits)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        using (var transaction = new CommittableTransaction())
        {
            await pay.Context.Database.OpenConnectionAsync();
            pay.Context.Database.EnlistTransaction(transaction);
            app.Raise("before the save");
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await pay.Context.SaveChangesAsync();
            app.Raise("after the save");
            if (commits) transaction.Commit();
            else transaction.Rollback();
        }
        await app.ShouldSendAsync(pay.Action, commits ? ["before the save", "after the save"] : []);
    }

    [Fact]
    public async Task ANestedScopeIsPartOfTheOuterOne()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        using (var outer = Scope())
        {
            using (var inner = Scope())
            {
                app.Raise("inner");
                pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
                await pay.Context.SaveChangesAsync();
                inner.Complete();
            }
            app.Raise("outer");
            outer.Complete();
        }
        await app.ShouldSendAsync(pay.Action, ["inner", "outer"]);
    }

    [Fact]
    public async Task AnOutboxThatCannotBeWrittenAtTheCommitAbortsTheTransaction()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        var scope = Scope();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await pay.Context.SaveChangesAsync();
        app.Raise("inv_1");
        using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
            await app.RunSqlAsync("ALTER TABLE freshet_outbox RENAME TO elsewhere");
        scope.Complete();
        Should.Throw<TransactionAbortedException>(scope.Dispose).InnerException.ShouldNotBeNull();

        (await app.InvoicesAsync()).ShouldBeEmpty();
        (await pay.Action.CompleteAsync()).ShouldBeNull();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    private static async Task<List<string>> RowsBesideAsync(DeskApp app)
    {
        using var apart = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await app.RowsAsync();
    }

    private static TransactionScope Scope() => new(
        TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled);
}

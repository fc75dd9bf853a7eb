using Microsoft.Extensions.DependencyInjection;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>Several contexts in one action, and contexts that go on to serve others.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task EachContextTakesWhatWasRaisedSinceTheLastSave()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var desk = app.Lease();
        await using var ledger = app.Lease<Ledger>();
        app.Raise("of the desk");
        desk.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await desk.Context.SaveChangesAsync();
        (await app.RowsAsync()).ShouldBe(["of the desk"]);
        app.Raise("of the ledger");
        ledger.Context.Postings.Add(new Posting { Id = "p_1" });
        await ledger.Context.SaveChangesAsync();
        (await app.RowsAsync()).ShouldBe(["of the desk", "of the ledger"]);

        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["of the desk", "of the ledger"]);
    }

    [Fact]
    public async Task ASaveOfAnotherContextDoesNotTakeWhatWasRaisedInAnOpenTransaction()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var desk = app.Lease();
        await using var ledger = app.Lease<Ledger>();
        await using (var transaction = await desk.Context.Database.BeginTransactionAsync())
        {
            app.Raise("of the desk");
            ledger.Context.Postings.Add(new Posting { Id = "p_1" });
            await ledger.Context.SaveChangesAsync();
            (await app.RowsAsync()).ShouldBeEmpty("the desk's transaction is not committed");
            await transaction.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(["of the desk"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["of the desk"]);
    }

    [Fact]
    public async Task OfTwoOpenTransactionsNeitherLosesWhatMayBeItsOwn()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var desk = app.Lease();
        await using var ledger = app.Lease<Ledger>();
        await using (var first = await desk.Context.Database.BeginTransactionAsync())
        await using (var second = await ledger.Context.Database.BeginTransactionAsync())
        {
            app.Raise("of either");
            ledger.Context.Postings.Add(new Posting { Id = "p_1" });
            await ledger.Context.SaveChangesAsync();
            await second.RollbackAsync();
            await first.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(["of either"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["of either"]);
    }

    [Fact]
    public async Task AContextBegunBeforeTheActionAndDisposedWithinItIsFollowed()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using (var lease = app.Lease())
        {
            await lease.Context.Database.BeginTransactionAsync();
            app.Raise("inv_1"); // the context is disposed, and its transaction with it
        }
        (await action.CompleteAsync()).ShouldBeNull();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task APooledContextCarriesNothingToItsNextUse()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Pooled = true });
        DbContext? pooled = null;
        for (var round = 0; round < 3; round++)
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            await using (var lease = app.Lease())
            {
                (pooled ??= lease.Context).ShouldBeSameAs(lease.Context, "the pool has one");
                lease.Context.Database.CurrentTransaction.ShouldBeNull();
                lease.Context.Database.AutoTransactionBehavior.ShouldBe(AutoTransactionBehavior.WhenNeeded);
                await lease.Context.Database.BeginTransactionAsync();
                app.Raise($"abandoned {round}");
                lease.Context.Invoices.Add(new Invoice { Id = "abandoned" });
                await lease.Context.SaveChangesAsync();
            }
            await using (var lease = app.Lease())
            {
                lease.Context.ShouldBeSameAs(pooled);
                app.Raise($"saved {round}");
                lease.Context.Invoices.Add(new Invoice { Id = $"saved {round}" });
                await lease.Context.SaveChangesAsync();
                await Should.ThrowAsync<DbUpdateException>(async () =>
                {
                    lease.Context.ChangeTracker.Clear();
                    lease.Context.Invoices.Add(new Invoice { Id = "inv_0" });
                    await lease.Context.SaveChangesAsync();
                });
            }
            await action.CompleteAsync();
        }
        (await app.InvoicesAsync()).ShouldBe(["saved 0", "saved 1", "saved 2"]);
        (await app.RowsAsync()).ShouldBe(["saved 0", "saved 1", "saved 2"]);
        (await app.SentAsync()).ShouldBe(["saved 0", "saved 1", "saved 2"]);
    }

    [Fact]
    public async Task APooledContextThatSomebodyElseHasDoesNotHoldAnOlderActionsTransactionOpen()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Pooled = true });
        await using var action = app.Freshet.BeginUserAction("pay");
        await using (var lease = app.Lease())
        {
            await lease.Context.Database.BeginTransactionAsync();
            app.Raise("abandoned");
        }
        await using var other = app.Lease();
        await using var another = await other.Context.Database.BeginTransactionAsync();
        (await action.CompleteAsync()).ShouldBeNull();
        action.IsPending.ShouldBeFalse("its own transaction has ended; the one that is open is another's");
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ParallelActionsDoNotMeet()
    {
        await using var app = await DeskApp.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            await using var lease = app.Lease();
            await using var transaction = await lease.Context.Database.BeginTransactionAsync();
            app.Raise($"inv_{number}");
            lease.Context.Invoices.Add(new Invoice { Id = $"n_{number}" });
            await lease.Context.SaveChangesAsync();
            if (number % 2 == 0) await transaction.CommitAsync();
            else await transaction.DisposeAsync();
            await action.CompleteAsync();
            action.Records.Count.ShouldBe(number % 2 == 0 ? 1 : 0);
        }));
        (await app.RowsAsync()).Count.ShouldBe(10);
    }

    [Fact]
    public async Task TheContextsOfAFactoryKeepTheRuleToo()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Freshet = freshet => freshet.Services.AddDbContextFactory<Ledger>(lifetime: ServiceLifetime.Scoped) });
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var scope = app.Services.CreateAsyncScope();
        await using var ledger = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<Ledger>>().CreateDbContextAsync();
        app.Raise("inv_1");
        ledger.Postings.Add(new Posting { Id = "p_1" });
        await ledger.SaveChangesAsync();
        (await app.RowsAsync()).ShouldBe(["inv_1"]);
        await action.CompleteAsync();
    }
}

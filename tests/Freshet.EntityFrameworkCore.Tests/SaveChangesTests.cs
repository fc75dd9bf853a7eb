using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary><c>SaveChanges</c> without a transaction of the application's: what was raised before is committed with it.</summary>
public sealed class SaveChangesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASaveOfASingleStatementCommitsItsEventWithIt(bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        app.Raise("inv_1");
        await SaveAsync(pay.Context, isAsync);

        (await app.RowsAsync()).ShouldBe(["inv_1"], "were the process to end here, the relay of another would find the row");
        (await app.SentAsync()).ShouldBeEmpty();
        (await pay.Action.CompleteAsync()).ShouldNotBeNull();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASaveThatFailsTakesItsEventWithIt(bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await Should.ThrowAsync<DbUpdateException>(async () =>
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            await using var lease = app.Lease();
            lease.Context.Invoices.AddRange(new Invoice { Id = "inv_1" }, new Invoice { Id = "inv_0" });
            app.Raise("inv_1");
            await SaveAsync(lease.Context, isAsync);
        });

        (await app.InvoicesAsync()).ShouldBeEmpty();
        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty("it is known that nothing was written");
    }

    [Fact]
    public async Task ASaveThatFailsAndIsTriedAgainByTheApplicationSendsOnce()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        app.Raise("inv_1");
        var wrong = pay.Context.Invoices.Add(new Invoice { Id = "inv_0" });
        await Should.ThrowAsync<DbUpdateException>(() => pay.Context.SaveChangesAsync());
        wrong.State = EntityState.Detached;
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await pay.Context.SaveChangesAsync();

        await app.ShouldSendAsync(pay.Action, ["inv_1"]);
    }

    [Fact]
    public async Task AConcurrencyExceptionLeavesNothing()
    {
        await using var app = await DeskApp.StartAsync();
        await using var lease = app.Lease();
        var invoice = await lease.Context.Invoices.SingleAsync();
        await app.RunSqlAsync("""DELETE FROM "Invoices" """);
        await Should.ThrowAsync<DbUpdateConcurrencyException>(async () =>
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            invoice.Paid = 1;
            app.Raise("inv_0");
            await lease.Context.SaveChangesAsync();
        });

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
        lease.Context.Database.AutoTransactionBehavior.ShouldBe(AutoTransactionBehavior.WhenNeeded);
    }

    [Fact]
    public async Task SeveralSavesOfOneActionEachTakeWhatWasRaisedSinceTheLast()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        foreach (var id in (string[])["inv_1", "inv_2"])
        {
            pay.Context.Invoices.Add(new Invoice { Id = id });
            app.Raise(id);
            await pay.Context.SaveChangesAsync();
            (await app.RowsAsync()).Last().ShouldBe(id);
        }
        await pay.Action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1", "inv_2"]);
    }

    [Fact]
    public async Task WhatIsRaisedAfterTheSaveIsAppendedAtTheEndOfTheAction()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await pay.Context.SaveChangesAsync();
        app.Raise("inv_1");
        await pay.Action.CompleteAsync();

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatAnotherInterceptorRaisesWhileItSavesGoesWithTheSave(bool isAsync)
    {
        DeskApp? app = null;
        await using var started = app = await DeskApp.StartAsync(new DeskChoices { Interceptors = [new Saving(_ => app?.Raise("inv_1"))] });
        await using var pay = app.Pay();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await SaveAsync(pay.Context, isAsync);

        await app.ShouldSendAsync(pay.Action, ["inv_1"]);
    }

    [Fact]
    public async Task AnApplicationThatWantsNoTransactionsHasOneWhereAnEventGoesWithIt()
    {
        await using var app = await DeskApp.StartAsync();
        await using var lease = app.Lease();
        lease.Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        await Should.ThrowAsync<DbUpdateException>(async () =>
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            lease.Context.Invoices.Add(new Invoice { Id = "inv_0" });
            app.Raise("inv_1");
            await lease.Context.SaveChangesAsync();
        });

        (await app.InvoicesAsync()).ShouldBeEmpty();
        (await app.RowsAsync()).ShouldBeEmpty();
        lease.Context.Database.AutoTransactionBehavior.ShouldBe(AutoTransactionBehavior.Never, "it is the application's again");
    }

    [Theory]
    [InlineData(AutoTransactionBehavior.Never)]
    [InlineData(AutoTransactionBehavior.WhenNeeded)]
    [InlineData(AutoTransactionBehavior.Always)]
    public async Task TheContextIsAsItWasAfterASave(AutoTransactionBehavior chosen)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        pay.Context.Database.AutoTransactionBehavior = chosen;
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await pay.Context.SaveChangesAsync();
        pay.Context.Database.AutoTransactionBehavior.ShouldBe(chosen);

        pay.Context.Invoices.Add(new Invoice { Id = "inv_2" });
        await Should.ThrowAsync<OperationCanceledException>(() => pay.Context.SaveChangesAsync(new CancellationToken(canceled: true)));
        pay.Context.Database.AutoTransactionBehavior.ShouldBe(chosen);
        pay.Context.ChangeTracker.Clear();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_0" });
        Should.Throw<DbUpdateException>(() => pay.Context.SaveChanges());
        pay.Context.Database.AutoTransactionBehavior.ShouldBe(chosen);
        await pay.Action.CompleteAsync();
    }

    [Fact]
    public async Task AnInterceptorThatThrowsIsForgottenAtTheNextSave()
    {
        var broken = true;
        await using var app = await DeskApp.StartAsync(new DeskChoices { Interceptors = [new Saving(_ => { if (broken) throw new TimeoutException(); })] });
        await using var pay = app.Pay();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        app.Raise("inv_1");
        await Should.ThrowAsync<TimeoutException>(() => pay.Context.SaveChangesAsync());
        broken = false;
        await pay.Context.SaveChangesAsync();
        pay.Context.Database.AutoTransactionBehavior.ShouldBe(AutoTransactionBehavior.WhenNeeded);
        await pay.Action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Fact]
    public async Task OutsideAnActionASaveIsEntityFrameworksOwn()
    {
        var begun = new Begun();
        await using var app = await DeskApp.StartAsync(new DeskChoices { Interceptors = [begun] });
        await using var lease = app.Lease();
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        var before = begun.Count;
        await lease.Context.SaveChangesAsync();
        begun.Count.ShouldBe(before, "a single statement needs no transaction");
        (await app.InvoicesAsync()).ShouldBe(["inv_1"]);
    }

    private static async Task SaveAsync(DbContext context, bool isAsync)
    {
        if (isAsync) await context.SaveChangesAsync();
        else context.SaveChanges();
    }

    private sealed class Saving(Action<DbContext> act) : SaveChangesInterceptor
    {
        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
        {
            act(eventData.Context!);
            return result;
        }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            act(eventData.Context!);
            return new(result);
        }
    }

    private sealed class Begun : DbTransactionInterceptor
    {
        public int Count { get; private set; }

        public override ValueTask<System.Data.Common.DbTransaction> TransactionStartedAsync(
            System.Data.Common.DbConnection connection, TransactionEndEventData eventData, System.Data.Common.DbTransaction result, CancellationToken cancellationToken = default)
        {
            Count++;
            return new(result);
        }
    }
}

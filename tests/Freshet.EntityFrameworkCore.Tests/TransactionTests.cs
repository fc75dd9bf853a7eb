using Microsoft.Extensions.Logging;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>Transactions that the application begins: what is raised within shares their fate, whenever it is raised.</summary>
public sealed class TransactionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACommitTakesWhatWasRaisedBeforeAndAfterTheSave(bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        app.Raise("outside");
        await using (var transaction = isAsync ? await pay.Context.Database.BeginTransactionAsync() : pay.Context.Database.BeginTransaction())
        {
            app.Raise("before the save");
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            if (isAsync) await pay.Context.SaveChangesAsync();
            else pay.Context.SaveChanges();
            app.Raise("after the save");
            (await app.RowsAsync()).ShouldBeEmpty();
            if (isAsync) await transaction.CommitAsync();
            else transaction.Commit();
        }
        (await app.RowsAsync()).ShouldBe(["outside", "before the save", "after the save"]);
        (await app.SentAsync()).ShouldBeEmpty();
        await pay.Action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["outside", "before the save", "after the save"]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task S2_S3_WhatIsRolledBackIsNeverSent(bool isDisposed, bool completes)
    {
        await using var app = await DeskApp.StartAsync();
        var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            app.Raise("before the save");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
            app.Raise("after the save");
            if (!isDisposed) await transaction.RollbackAsync();
        }
        if (completes) (await action.CompleteAsync()).ShouldBeNull();
        await action.DisposeAsync();

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ARollbackWithoutAnySaveSendsNothingEither()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        using (pay.Context.Database.BeginTransaction()) app.Raise("inv_1");
        (await pay.Action.CompleteAsync()).ShouldBeNull();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ACommitAfterARollbackOnTheSameContextTakesOnlyItsOwn()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        foreach (var (id, commits) in ((string, bool)[])[("inv_1", false), ("inv_2", true), ("inv_3", false)])
        {
            await using var transaction = await pay.Context.Database.BeginTransactionAsync();
            pay.Context.Invoices.Add(new Invoice { Id = id });
            await pay.Context.SaveChangesAsync();
            app.Raise(id);
            if (commits) await transaction.CommitAsync();
        }
        await app.ShouldSendAsync(pay.Action, ["inv_2"]);
    }

    [Fact]
    public async Task WhatIsRaisedAfterTheCommitIsAppendedAtTheEndOfTheAction()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        await using (var transaction = await pay.Context.Database.BeginTransactionAsync()) await transaction.CommitAsync();
        app.Raise("inv_1");
        await pay.Action.CompleteAsync();

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Fact]
    public async Task ASaveThatFailsWithinATransactionThatGoesOnLosesNothing()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        await using (var transaction = await pay.Context.Database.BeginTransactionAsync())
        {
            app.Raise("inv_1");
            var wrong = pay.Context.Invoices.Add(new Invoice { Id = "inv_0" });
            await Should.ThrowAsync<DbUpdateException>(() => pay.Context.SaveChangesAsync());
            wrong.State = EntityState.Detached;
            pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await pay.Context.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        await app.ShouldSendAsync(pay.Action, ["inv_1"]);
    }

    [Fact]
    public async Task ATransactionBegunBeforeTheActionTakesItsEventsAllTheSame()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Relayed = true });
        await using var lease = app.Lease();
        await using var transaction = await lease.Context.Database.BeginTransactionAsync();
        var action = app.Freshet.BeginUserAction("pay");
        app.Raise("inv_1");
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await lease.Context.SaveChangesAsync();
        app.Raise("inv_2");
        (await action.CompleteAsync()).ShouldBeNull("the transaction is not committed");

        (await app.SentAsync()).ShouldBeEmpty();
        action.IsPending.ShouldBeTrue();
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("for 2 records"));
        await transaction.CommitAsync();
        (await app.SentOnceAsync(2)).ShouldBe(["inv_1", "inv_2"], "by the relay");
    }

    [Fact]
    public async Task ATransactionThatIsRolledBackAfterTheActionTakesNothingAlong()
    {
        await using var app = await DeskApp.StartAsync();
        await using var lease = app.Lease();
        await using (await lease.Context.Database.BeginTransactionAsync())
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            app.Raise("inv_1");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
            app.Raise("inv_2");
            await action.CompleteAsync();
        }
        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task AJobThatFlushesWithinATransactionKeepsWhatBelongsToIt()
    {
        await using var app = await DeskApp.StartAsync();
        await using var job = app.Freshet.BeginJob("import");
        await using var lease = app.Lease();
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            app.Raise("inv_1");
            (await job.FlushAsync()).ShouldBeNull();
            await transaction.CommitAsync();
        }
        (await job.FlushAsync()).ShouldNotBeNull();
        (await app.RowsAsync()).ShouldBe(["inv_1"]);
        await job.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_1"]);
    }

    [Fact]
    public async Task ACancelledSaveOfTheOutboxGivesBackWhatItDidNotWrite()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        await using var transaction = await pay.Context.Database.BeginTransactionAsync();
        app.Raise("inv_1");
        await Should.ThrowAsync<OperationCanceledException>(() => transaction.CommitAsync(new CancellationToken(canceled: true)));
        await transaction.CommitAsync();

        await app.ShouldSendAsync(pay.Action, ["inv_1"]);
    }

    [Fact]
    public async Task ADatabaseThatIsAwayAtTheEndOfTheActionIsNoSilentSuccess()
    {
        await using var app = await DeskApp.StartAsync();
        await using var pay = app.Pay();
        pay.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        app.Raise("inv_1");
        await pay.Context.SaveChangesAsync();
        await app.RunSqlAsync("ALTER TABLE freshet_outbox RENAME TO elsewhere");
        (await pay.Action.CompleteAsync()).ShouldBeNull();

        pay.Action.IsPending.ShouldBeTrue();
        (await app.SentAsync()).ShouldBeEmpty();
    }
}

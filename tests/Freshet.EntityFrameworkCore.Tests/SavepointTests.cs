namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>A savepoint that is rolled back to takes back the events with the writes.</summary>
public sealed class SavepointTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task WhatCameAfterTheSavepointDiesWithItSavedOrNot(bool isAsync, bool isSaved)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            app.Raise("before");
            if (isAsync) await transaction.CreateSavepointAsync("one");
            else transaction.CreateSavepoint("one");
            app.Raise("after");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            if (isSaved) await lease.Context.SaveChangesAsync();
            if (isAsync) await transaction.RollbackToSavepointAsync("one");
            else transaction.RollbackToSavepoint("one");
            app.Raise("later");
            await transaction.CommitAsync();
        }
        (await app.InvoicesAsync()).ShouldBeEmpty();
        (await app.RowsAsync()).ShouldBe(["before", "later"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["before", "later"]);
    }

    [Theory]
    [InlineData("one", "a")]
    [InlineData("two", "a,b")]
    [InlineData("three", "a,b,c")]
    public async Task OfSeveralSavepointsItMayBeAny(string name, string expected)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            app.Raise("a");
            await transaction.CreateSavepointAsync("one");
            app.Raise("b");
            await transaction.CreateSavepointAsync("two");
            app.Raise("c");
            await transaction.CreateSavepointAsync("three");
            app.Raise("d");
            await transaction.RollbackToSavepointAsync(name);
            await transaction.CommitAsync();
        }
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(expected.Split(','));
        (await app.RowsAsync()).ShouldBe(expected.Split(','));
    }

    [Fact]
    public async Task AReleasedSavepointTakesNothingBack()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            await transaction.CreateSavepointAsync("one");
            app.Raise("a");
            await transaction.ReleaseSavepointAsync("one");
            app.Raise("b");
            await transaction.CommitAsync();
        }
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task WhatWasRaisedBeforeTheTransactionSurvivesASavepoint()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        app.Raise("outside");
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            await transaction.CreateSavepointAsync("one");
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("one");
            await transaction.CommitAsync();
        }
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["outside"]);
    }

    [Fact]
    public async Task WhatAnActionLeftToTheTransactionDiesWithTheSavepointToo()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Relayed = true });
        await using var lease = app.Lease();
        await using var transaction = await lease.Context.Database.BeginTransactionAsync();
        await ActAsync(app, lease.Context, "before");
        await transaction.CreateSavepointAsync("one");
        await ActAsync(app, lease.Context, "after");
        await transaction.RollbackToSavepointAsync("one");
        await ActAsync(app, lease.Context, "later");
        await transaction.CommitAsync();

        (await app.RowsAsync()).ShouldBe(["before", "later"]);
        (await app.SentOnceAsync(2)).ShouldBe(["before", "later"]);
    }

    private static async Task ActAsync(DeskApp app, DbContext context, string about)
    {
        await using var action = app.Freshet.BeginUserAction("pay");
        await context.Database.ExecuteSqlAsync($"SELECT 1"); // so that the action knows of the transaction
        app.Raise(about);
        await action.CompleteAsync();
    }
}

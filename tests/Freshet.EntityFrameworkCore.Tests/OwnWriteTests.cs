namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>A write that was committed on its own: what is raised after it may be about it, and is not dropped with a later transaction that took it along.</summary>
public sealed class OwnWriteTests
{
    public static TheoryData<string, bool> Writes => new(
        from way in (string[])["query", "statement", "save", "save without a transaction"] from isAsync in (bool[])[true, false] select (way, isAsync));

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task WhatIsRaisedAfterItIsSentThoughALaterTransactionThatTookItAlongWasRolledBack(string way, bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await WriteAsync(lease.Context, way, isAsync);
        app.Raise("inv_0");
        await using (await lease.Context.Database.BeginTransactionAsync())
        {
            lease.Context.Invoices.Add(new Invoice { Id = "rolled back" });
            await lease.Context.SaveChangesAsync();
        }
        await action.CompleteAsync();

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Fact]
    public async Task AQueryThatTheContextMakesItselfIsNoWrite()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await lease.Context.Invoices.ToListAsync();
        app.Raise("inv_0");
        await using (await lease.Context.Database.BeginTransactionAsync())
        {
            lease.Context.Invoices.Add(new Invoice { Id = "rolled back" });
            await lease.Context.SaveChangesAsync();
        }
        (await action.CompleteAsync()).ShouldBeNull();
    }

    private static async Task WriteAsync(Desk context, string way, bool isAsync)
    {
        switch (way)
        {
            case "query":
                var query = context.Invoices.FromSql($"""UPDATE "Invoices" SET "Paid" = 1 RETURNING *""").AsNoTracking();
                if (isAsync) await query.ToListAsync();
                else _ = query.ToList();
                return;
            case "statement":
                if (isAsync) await context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, 1));
                else context.Invoices.ExecuteUpdate(set => set.SetProperty(invoice => invoice.Paid, 1));
                return;
            default:
                if (way != "save") context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
                context.Invoices.Add(new Invoice { Id = "inv_1" });
                if (isAsync) await context.SaveChangesAsync();
                else context.SaveChanges();
                return;
        }
    }
}

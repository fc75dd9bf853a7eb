using Npgsql;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>Statements that bypass the change tracker.</summary>
public sealed class ExecuteTests
{
    public static TheoryData<string, bool> Statements => new(
        from way in (string[])["update", "delete", "sql"] from isAsync in (bool[])[true, false] select (way, isAsync));

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task WithoutATransactionTheEventIsCommittedWithTheStatement(string way, bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        app.Raise("inv_0");
        (await ExecuteAsync(lease.Context, way, isAsync)).ShouldBe(1);

        (await app.RowsAsync()).ShouldBe(["inv_0"]);
        (await app.QueryAsync("""SELECT 1 FROM "Invoices" WHERE "Paid" = 0""")).ShouldBeEmpty("it was executed");
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task AStatementThatFailsTakesItsEventWithIt(string way, bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await app.RunSqlAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refused BEFORE UPDATE OR DELETE ON "Invoices" FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        await using var lease = app.Lease();
        await Should.ThrowAsync<PostgresException>(async () =>
        {
            await using var action = app.Freshet.BeginUserAction("pay");
            app.Raise("inv_0");
            await ExecuteAsync(lease.Context, way, isAsync);
        });

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBeEmpty();
        (await lease.Context.Invoices.CountAsync()).ShouldBe(1, "the context can be used as before");
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task InATransactionItSharesItsFate(string way, bool isAsync)
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await using (await lease.Context.Database.BeginTransactionAsync())
        {
            app.Raise("rolled back");
            await ExecuteAsync(lease.Context, way, isAsync);
        }
        await using (var transaction = await lease.Context.Database.BeginTransactionAsync())
        {
            await ExecuteAsync(lease.Context, way, isAsync);
            app.Raise("committed");
            await transaction.CommitAsync();
        }
        (await app.RowsAsync()).ShouldBe(["committed"]);
        await action.CompleteAsync();
        (await app.SentAsync()).ShouldBe(["committed"]);
    }

    [Fact]
    public async Task AStatementThatCannotRunInATransactionRunsWhereNothingWasRaised()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("maintain");
        await using var lease = app.Lease();
        await lease.Context.Database.ExecuteSqlRawAsync("VACUUM \"Invoices\"");
        await action.CompleteAsync();
    }

    [Fact]
    public async Task WhatIsRaisedAfterTheStatementIsAppendedAtTheEndOfTheAction()
    {
        await using var app = await DeskApp.StartAsync();
        await using var action = app.Freshet.BeginUserAction("pay");
        await using var lease = app.Lease();
        await ExecuteAsync(lease.Context, "update", isAsync: true);
        app.Raise("inv_0");
        await action.CompleteAsync();

        (await app.RowsAsync()).ShouldBeEmpty();
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    private static Task<int> ExecuteAsync(Desk context, string way, bool isAsync) => (way, isAsync) switch
    {
        ("update", true) => context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, invoice => invoice.Paid + 1)),
        ("update", false) => Task.FromResult(context.Invoices.ExecuteUpdate(set => set.SetProperty(invoice => invoice.Paid, invoice => invoice.Paid + 1))),
        ("delete", true) => context.Invoices.ExecuteDeleteAsync(),
        ("delete", false) => Task.FromResult(context.Invoices.ExecuteDelete()),
        (_, true) => context.Database.ExecuteSqlAsync($"""UPDATE "Invoices" SET "Paid" = "Paid" + {1}"""),
        _ => Task.FromResult(context.Database.ExecuteSql($"""UPDATE "Invoices" SET "Paid" = "Paid" + {1}""")),
    };
}

using Dapper;

namespace Freshet.Sql.Tests.Operations;

/// <summary>Which operation is taken, and which are forgotten.</summary>
public abstract class OperationStoreTests<TDatabase> : OperationTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task TheOneThatIsDueLongestIsTakenFirst()
    {
        var app = StartWorkless();
        var (later, first) = (await AcceptAsync(app, "a"), await AcceptAsync(app, "b"));
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = '2020-01-02T00:00:00.000Z' WHERE id = @later", Ids(later));
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = '2020-01-01T00:00:00.000Z' WHERE id = @later", Ids(first));

        (await TakeAsync(app))!.Held.Id.ShouldBe(first);
        (await TakeAsync(app))!.Held.Id.ShouldBe(later);
    }

    [Fact]
    public async Task OnlySoManyAreForgottenAtOnce()
    {
        var app = StartWorkless();
        for (var i = 0; i < 3; i++)
        {
            await AcceptAsync(app, $"t{i}");
            await FinishAsync(app);
        }

        (await StoreOf(app).PruneAsync(TimeSpan.FromHours(-1), 2, default)).ShouldBe(2);
        (await StoreOf(app).PruneAsync(TimeSpan.FromHours(-1), 2, default)).ShouldBe(1);
    }

    [Fact]
    public async Task OneThatIsFinishedIsNotTakenAgainHoweverLongAgoItWasDue()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        await FinishAsync(app);
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = '2020-01-01T00:00:00.000Z'");

        (await TakeAsync(app)).ShouldBeNull();
    }

    /// <summary>A worker at its work keeps it, however long that takes.</summary>
    [Fact]
    public async Task AHeldOneIsRenewed()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        var held = (await TakeAsync(app))!.Held;
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = '2020-01-01T00:00:00.000Z'");

        (await StoreOf(app).RenewAsync(held, TimeSpan.FromMinutes(1), default)).ShouldBeTrue();

        (await TakeAsync(app)).ShouldBeNull();
    }

    /// <summary>By that moment finished ones are forgotten, and whoever asks is told it.</summary>
    [Fact]
    public async Task EveryStepTellsWhenItWasTaken()
    {
        var app = StartWorkless();
        var id = await AcceptAsync(app, "a");
        var held = await StepAsync(async () => (await TakeAsync(app))!.Held);
        await StepAsync(() => StoreOf(app).RetryAsync(held, TimeSpan.Zero, counts: true, default));
        held = await StepAsync(async () => (await TakeAsync(app))!.Held);
        await StepAsync(() => StoreOf(app).FailAsync(held, new OperationFailure("x", "X."), default));

        id = await AcceptAsync(app, "b");
        held = (await TakeAsync(app))!.Held;
        await using var action = app.Freshet.BeginJob("thing-rebuild");
        await StepAsync(() => StoreOf(app).CompleteAsync(null, held, null, action, default));

        async Task<T> StepAsync<T>(Func<Task<T>> step)
        {
            await Database.ExecuteAsync("UPDATE freshet_operations SET changed_at = '2020-01-01T00:00:00.000Z'");
            var result = await step();
            (await StoreOf(app).FindAsync(id, default))!.ChangedAt.Year.ShouldBeGreaterThan(2020);
            return result;
        }
    }

    /// <summary>Somebody has ended it by hand while it was worked at.</summary>
    [Fact]
    public async Task OneThatHasEndedOtherwiseIsNotCompleted()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        var held = (await TakeAsync(app))!.Held;
        await Database.ExecuteAsync("UPDATE freshet_operations SET status = 'failed', failure_code = 'by-hand'");
        await using var action = app.Freshet.BeginJob("thing-rebuild");

        (await StoreOf(app).CompleteAsync(null, held, null, action, default)).ShouldBeFalse();
    }

    /// <summary>A record without an event and its data.</summary>
    [Fact]
    public async Task WhatItInvalidatesWithoutAnEventIsToldToo()
    {
        var app = StartWorkless();
        var id = await AcceptAsync(app, "a");
        var held = (await TakeAsync(app))!.Held;
        await using var action = app.Freshet.BeginJob("thing-rebuild");
        app.Freshet.RevalidateTag(Things.Thing.For("a"), Profile.Seconds);
        (await StoreOf(app).CompleteAsync(null, held, null, action, default)).ShouldBeTrue();
        await action.CompleteAsync();
        await OutboxOf(app).Marks.FlushAsync();

        var record = (await StoreOf(app).FindAsync(id, default))!.Records.ShouldHaveSingleItem();
        (record.Event, record.Data, record.Tags.Single().Text).ShouldBe((null, null, "thing:a"));
    }

    private protected static Task<TakenOperation?> TakeAsync(TestApp app) => StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default);

    private object Ids(Guid later) => Database is PostgresTestDatabase ? new { later } : new { later = later.ToString("D") };
}

public sealed class SqliteOperationStoreTests : OperationStoreTests<SqliteTestDatabase>
{
    /// <summary>Between its being taken and its being read, somebody else has taken it: its lease was that short.</summary>
    [Fact]
    public async Task OneThatIsTakenAwayAtOnceIsNotTaken()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        await Database.ExecuteAsync("CREATE TRIGGER takes AFTER UPDATE OF lease ON freshet_operations BEGIN UPDATE freshet_operations SET lease = 'another'; END");

        (await TakeAsync(app)).ShouldBeNull();
    }

    /// <summary>Workers look all the time: where nothing is due they must keep no writer waiting, nor wait for one.</summary>
    [Fact]
    public async Task WhoFindsNothingDueWaitsForNoWriter()
    {
        var app = StartWorkless();
        await using var connection = await Database.OpenAsync();
        await using var writing = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO things (id, number) VALUES ('a', 1)", transaction: writing);

        (await TakeAsync(app).WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeNull();
    }
}

public sealed class PostgresOperationStoreTests : OperationStoreTests<PostgresTestDatabase>
{
    [Fact]
    public async Task OneThatSomebodyReadsForUpdateIsForgottenAnotherTime()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        var held = await FinishAsync(app);
        await AcceptAsync(app, "b");
        await FinishAsync(app);
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT 1 FROM freshet_operations WHERE id = @held FOR UPDATE", new { held }, transaction);

        (await StoreOf(app).PruneAsync(TimeSpan.FromHours(-1), 10, default).WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(1);
    }
}

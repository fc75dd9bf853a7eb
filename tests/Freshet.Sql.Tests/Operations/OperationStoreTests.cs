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

    private protected static Task<TakenOperation?> TakeAsync(TestApp app) => StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default);

    private object Ids(Guid later) => Database is PostgresTestDatabase ? new { later } : new { later = later.ToString("D") };
}

public sealed class SqliteOperationStoreTests : OperationStoreTests<SqliteTestDatabase>
{
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

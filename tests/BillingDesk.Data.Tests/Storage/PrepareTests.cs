using Dapper;
using Microsoft.Data.Sqlite;

namespace BillingDesk.Data.Tests;

public class PrepareTests
{
    [Fact]
    public async Task Preparing_again_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");
        await desk.ChangesNothingAsync(async () =>
            (await desk.Database.PrepareAsync(Desk.SeedDay.AddDays(30))).ShouldBeFalse());
    }

    [Fact]
    public async Task Many_nodes_that_start_at_once_create_it_once()
    {
        await using var desk = Desk.Empty();
        using var gate = new Barrier(4);
        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(async () =>
        {
            using var node = BillingDeskDatabase.InFile(desk.Database.Name);
            gate.SignalAndWait();
            return await node.PrepareAsync(Desk.SeedDay);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        created.Count(mine => mine).ShouldBe(1);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM invoices")).ShouldBe(3_000);
    }

    [Fact]
    public async Task A_cancelled_preparation_leaves_no_tables()
    {
        await using var desk = Desk.Empty();
        await Should.ThrowAsync<OperationCanceledException>(() => desk.Database.PrepareAsync(Desk.SeedDay, new CancellationToken(canceled: true)));
        (await desk.ScalarAsync<int>("SELECT count(*) FROM sqlite_master")).ShouldBe(0);
    }

    [Fact]
    public async Task A_file_of_another_version_is_refused_with_the_way_out()
    {
        await using var desk = Desk.Seeded();
        await desk.RowsAsync<int>("PRAGMA user_version = 99");
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => desk.Database.PrepareAsync(Desk.SeedDay));
        fault.Message.ShouldContain("99");
        fault.Message.ShouldContain("--reset");
    }

    [Fact]
    public async Task Connections_check_foreign_keys_wait_when_busy_and_use_the_write_ahead_log_also_when_pooled()
    {
        await using var desk = Desk.Seeded();
        for (var opened = 0; opened < 3; opened++)
        {
            await using var connection = await desk.Database.OpenAsync();
            (await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode")).ShouldBe("wal");
            (await connection.ExecuteScalarAsync<int>("PRAGMA foreign_keys")).ShouldBe(1);
            (await connection.ExecuteScalarAsync<int>("PRAGMA busy_timeout")).ShouldBe(5_000);
            (await Should.ThrowAsync<SqliteException>(() => connection.ExecuteAsync(
                "INSERT INTO memberships VALUES ('acc_none', 'user_1', 'owner', 1, '2026-01-15T00:00:00.000Z')"))).Message.ShouldContain("FOREIGN KEY");
        }
    }

    [Fact]
    public async Task Every_row_of_the_seed_refers_to_rows_that_are_there()
    {
        await using var desk = Desk.Seeded();
        (await desk.RowsAsync<string>("PRAGMA foreign_key_check")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":memory:")]
    public void A_path_that_is_no_file_is_refused(string path) =>
        Should.Throw<ArgumentException>(() => BillingDeskDatabase.InFile(path));
}

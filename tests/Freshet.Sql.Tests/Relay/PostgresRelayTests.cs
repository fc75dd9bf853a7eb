using Dapper;

namespace Freshet.Sql.Tests.Relay;

/// <summary>What PostgreSQL alone can do, or can do wrong.</summary>
public sealed class PostgresRelayTests : RelayTests<PostgresTestDatabase>
{
    /// <summary>PROTOCOL 24: numbers are given when a row is written, not when it is committed.</summary>
    [Fact]
    public async Task PROTOCOL_24_ATransactionThatIsCommittedLaterWithALowerNumberIsFound()
    {
        var app = Start();
        await using var early = await Database.Source.OpenConnectionAsync();
        await using var open = await early.BeginTransactionAsync();
        await early.ExecuteAsync("""INSERT INTO freshet_outbox (action, event, data) VALUES ('early', 'thing.changed', '{"id":"early"}')""", transaction: open);
        await InsertAsync("thing.changed", """{"id":"late"}""");
        await RelayOf(app).RelayAllAsync(default);
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:late"]);

        await open.CommitAsync();
        await RelayOf(app).RelayAllAsync(default);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:late", "thing:early"]);
    }

    [Fact]
    public async Task ARowThatSomebodyHoldsKeepsNoOtherFromBeingAppended()
    {
        var app = Start();
        await InsertAsync("thing.changed", """{"id":"held"}""");
        await InsertAsync("thing.changed", """{"id":"free"}""");
        await using (var connection = await Database.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("SELECT 1 FROM freshet_outbox WHERE seq = 1 FOR UPDATE", transaction: transaction);
            (await RelayOf(app).RelayAllAsync(default).WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        }
        await RelayOf(app).RelayAllAsync(default);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:free", "thing:held"]);
    }

    [Fact]
    public async Task ARingWakesTheRelayWithoutTimePassing()
    {
        var app = Start(options => options.Listens = true);
        await UntilAsync(IsListening);
        await Database.ExecuteAsync("""
            WITH written AS (INSERT INTO freshet_outbox (action, event, data) VALUES ('import.py', 'thing.changed', '{"id":"a"}') RETURNING id)
            SELECT pg_notify('freshet_outbox', '') FROM written
            """);

        await UntilAsync(() => app.Freshet.Log.Position.Position == 1);
    }

    [Fact]
    public async Task ARelayThatStopsStopsListeningAndSaysNothing()
    {
        var app = Start(options => options.Listens = true);
        await UntilAsync(IsListening);

        await RelayOf(app).StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("does not hear the database's notifications"));
    }

    [Fact]
    public async Task ARelayThatLostItsEarListensAgain()
    {
        var app = Start(options => options.Listens = true);
        await UntilAsync(IsListening);
        await Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN freshet_outbox' AND datname = current_database()");
        await app.LogLines.WaitForAsync("does not hear the database's notifications");

        await PassUntilAsync(app, IsListening);
    }

    /// <summary>A relay that stands still while it holds rows, as in a paused process: its session is ended, and another node's relay has them.</summary>
    [Fact]
    public async Task RowsOfARelayThatStandsStillAreFreeAgain()
    {
        await InsertAsync("thing.changed", """{"id":"a"}""");
        var standing = new TaskCompletionSource();
        var paused = Database.Outbox.RelayAsync("app", 10, async _ =>
        {
            standing.SetResult();
            await Task.Delay(Timeout.Infinite);
            return null;
        }, default);
        await standing.Task;

        (await Database.ReadAsync<string>("SELECT state FROM pg_stat_activity WHERE query LIKE 'SELECT seq%' AND state = 'idle in transaction' AND datname = current_database()")).ShouldNotBeNull();
        (await Database.Outbox.RelayAsync("app", 10, _ => Task.FromResult<RowFates?>(null), default)).ShouldBe(0, "one relay at a time");
        await Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT seq%' AND state = 'idle in transaction' AND datname = current_database()"); // as the time limit does
        await UntilAsync(() => Database.Outbox.RelayAsync("app", 10, rows => Task.FromResult<RowFates?>(new RowFates([], [new FailedRow(rows[0].Seq, "seen", null)])), default).GetAwaiter().GetResult() == 1);
        _ = paused;
    }

    // In this database: other tests listen on the same server.
    private bool IsListening() =>
        Database.ReadAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN freshet_outbox' AND datname = current_database()").GetAwaiter().GetResult() == 1;
}

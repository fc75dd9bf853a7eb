using Dapper;
using Npgsql;

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
        await RingAsync();

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

    /// <summary>After a pause, which is a short one each time that it has listened in between.</summary>
    [Fact]
    public async Task ARelayThatLostItsEarListensAgain()
    {
        var app = Start(options => options.Listens = true);
        for (var i = 0; i < 2; i++)
        {
            await UntilAsync(IsListening);
            await RingAsync();
            await UntilAsync(() => app.Freshet.Log.Position.Position == i + 1); // it knows that it listens
            await Database.ExecuteAsync("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE query = 'LISTEN freshet_outbox' AND datname = current_database()");
            await app.LogLines.WaitForAsync("does not hear the database's notifications");
            await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(200));
            app.Time.Advance(TimeSpan.FromMilliseconds(200));
        }

        await UntilAsync(IsListening);
    }

    /// <summary>A relay that stands still while it holds rows, as in a paused process: its session is ended, and another node's relay has them.</summary>
    [Fact]
    public async Task RowsOfARelayThatStandsStillAreFreeAgain()
    {
        await InsertAsync("thing.changed", """{"id":"a"}""");
        var gate = new Gate();
        await using var outbox = new PostgresOutboxDatabase(Database.Source, schema: null) { LongestIdle = TimeSpan.FromMilliseconds(100) };
        var paused = outbox.RelayAsync("app", 10, async rows =>
        {
            await gate.PassAsync();
            return Seen(rows);
        }, default);
        await Task.WhenAny(gate.Reached, paused); // or it has stood still before that, on a busy machine

        await UntilAsync(() => Database.Outbox.RelayAsync("app", 10, rows => Task.FromResult(Seen(rows)), default).GetAwaiter().GetResult() == 1);

        gate.Open();
        await Should.ThrowAsync<NpgsqlException>(() => paused);
    }

    [Fact]
    public async Task RelaysOfTwoKeyspacesWorkAtOnce()
    {
        foreach (var keyspace in (string[])["app", "other"]) await InsertAsync("thing.changed", "{}", keyspace: keyspace);

        (await Database.Outbox.RelayAsync("app", 10, async rows =>
        {
            (await Database.Outbox.RelayAsync("other", 10, others => Task.FromResult(Seen(others)), default)).ShouldBe(1);
            return Seen(rows);
        }, default)).ShouldBe(1);
    }

    private static RowFates? Seen(IReadOnlyList<OutboxRow> rows) => new([], [new FailedRow(rows[0].Seq, "seen", null)]);

    private Task RingAsync() => Database.ExecuteAsync("""
        WITH written AS (INSERT INTO freshet_outbox (action, event, data) VALUES ('import.py', 'thing.changed', '{"id":"a"}') RETURNING id)
        SELECT pg_notify('freshet_outbox', '') FROM written
        """);

    // In this database: other tests listen on the same server.
    private bool IsListening() =>
        Database.ReadAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN freshet_outbox' AND datname = current_database()").GetAwaiter().GetResult() == 1;
}

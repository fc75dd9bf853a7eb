using System.Data.Common;
using Dapper;
using Npgsql;

namespace Freshet.Sql.Tests.Databases;

/// <summary>What is asked of a database, row by row.</summary>
public abstract class OutboxDatabaseTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    private static readonly Epoch _gone = Epoch.Create();
    private static readonly Epoch _current = Epoch.Create();

    /// <summary>A moment so many seconds from now, in SQL.</summary>
    protected abstract string In(int seconds);

    [Fact]
    public async Task WhatWasAppendedLatelyToALogThatIsGoneIsReopenedAndNothingElse()
    {
        await InsertAsync("lately", _gone, appended: -60);
        await InsertAsync("long ago", _gone, appended: -3_600);
        await InsertAsync("to this one", _current, appended: -60);
        await InsertAsync("another's", _gone, appended: -60, keyspace: "other");
        await InsertAsync("not yet", null, appended: null);
        await Database.ExecuteAsync($"UPDATE freshet_outbox SET due_at = {In(600)} WHERE action = 'lately'"); // its action was quicker than its grace

        (await Database.Outbox.ReopenAsync("app", _current, TimeSpan.FromMinutes(10), default)).ShouldBe(1);

        (await ActionsAsync("appended_at IS NULL")).ShouldBe(["lately", "not yet"]);
        (await Database.CountAsync("epoch IS NULL AND coalesce(position, 0) = 0")).ShouldBe(2);
        await Database.Outbox.RelayAsync("app", 10, rows =>
        {
            rows.Select(row => row.Action).ShouldBe(["lately", "not yet"], "it is due at once, in its old place");
            return Task.FromResult<RowFates?>(null);
        }, default);
    }

    [Fact]
    public async Task TheStateIsOfWhatIsNeitherAppendedNorSetAsideAndOfOneKeyspace()
    {
        await InsertAsync("appended", _current, appended: -60, created: -10_000);
        await InsertAsync("set aside", null, appended: null, created: -10_000, isSetAside: true);
        await InsertAsync("another's", null, appended: null, created: -10_000, keyspace: "other");
        await InsertAsync("another's, set aside", null, appended: null, created: -10_000, keyspace: "other", isSetAside: true);
        await InsertAsync("left", null, appended: null, created: -1_000);
        await InsertAsync("left since", null, appended: null, created: -500);
        await InsertAsync("just now", null, appended: null);

        var state = await Database.Outbox.StateAsync("app", TimeSpan.FromMinutes(1), default);

        (state.Backlog, state.SetAside, state.IsAway).ShouldBe((2, 1, false));
        state.Age.ShouldBeInRange(TimeSpan.FromSeconds(1_000), TimeSpan.FromSeconds(5_000));
    }

    [Fact]
    public async Task TheOldestAreDeletedFirst()
    {
        await InsertAsync("later", _current, appended: -7_200);
        await InsertAsync("first", _current, appended: -9_000);
        await InsertAsync("not yet", null, appended: null, created: -100_000);

        (await Database.Outbox.PruneAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), 1, default)).ShouldBe(1);

        (await ActionsAsync("1 = 1")).ShouldBe(["later", "not yet"]);
    }

    /// <summary>A relay that is late says what the log has known for long: where its record is must not be overwritten by where somebody else found it.</summary>
    [Fact]
    public async Task AMarkIsNotWrittenOver()
    {
        await InsertAsync("a", _current, appended: -60);
        var id = await IdAsync();

        await Database.Outbox.MarkAsync([new AppendedRow(id, new LogPosition(_gone, 77))], default);

        (await Database.CountAsync("position = 5")).ShouldBe(1);
    }

    [Fact]
    public async Task MarksOfTwoEpochsAreWrittenAtOnceAndAFailureOfBeforeIsForgotten()
    {
        await InsertAsync("a", null, appended: null);
        await InsertAsync("b", null, appended: null);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET error = 'it failed before'");
        var (a, b) = (await IdAsync("a"), await IdAsync("b"));

        await Database.Outbox.MarkAsync([new AppendedRow(a, new LogPosition(_gone, 1)), new AppendedRow(b, new LogPosition(_current, 2))], default);

        (await Database.CountAsync("error IS NULL AND position = 1 AND action = 'a'")).ShouldBe(1);
        (await Database.ReadAsync<long>("SELECT count(DISTINCT epoch) FROM freshet_outbox")).ShouldBe(2);
    }

    /// <summary>With what would be a record's row, so that only what a test says differs.</summary>
    private Task InsertAsync(string action, Epoch? epoch, int? appended, int created = 0, string keyspace = "app", bool isSetAside = false) => Database.ExecuteAsync($"""
        INSERT INTO freshet_outbox (keyspace, action, event, data, epoch, position, appended_at, created_at, set_aside_at)
        VALUES ('{keyspace}', '{action.Replace("'", "''", StringComparison.Ordinal)}', 'thing.changed', '{"{"}{"}"}', {(epoch is { } of ? $"'{of.Value:D}'" : "NULL")}, {(epoch is null ? "NULL" : "5")},
            {(appended is { } at ? In(at) : "NULL")}, {In(created)}, {(isSetAside ? In(0) : "NULL")})
        """);

    protected async Task<List<string>> ActionsAsync(string where)
    {
        await using var connection = await Database.OpenAsync();
        return [.. await connection.QueryAsync<string>($"SELECT action FROM freshet_outbox WHERE {where} ORDER BY seq")];
    }

    private async Task<Guid> IdAsync(string action = "a") => Guid.Parse((await Database.ReadAsync<string>($"SELECT CAST(id AS TEXT) FROM freshet_outbox WHERE action = '{action}'"))!);
}

public sealed class SqliteOutboxDatabaseTests : OutboxDatabaseTests<SqliteTestDatabase>
{
    protected override string In(int seconds) => $"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '{seconds} seconds')";

    [Fact]
    public async Task AConnectionThatDoesNotOpenOrCannotReadIsDisposed()
    {
        WatchedConnection connection = new("Data Source=/nowhere/at/all.db", _ => Task.CompletedTask);
        using var away = new SqliteOutboxDatabase(() => connection);
        await Should.ThrowAsync<DbException>(() => away.TakeDueAsync("app", 1, default));
        connection.IsDisposed.ShouldBeTrue();

        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        connection = new WatchedConnection(Database.ConnectionString, _ => Task.CompletedTask);
        await Should.ThrowAsync<DbException>(() => away.TakeDueAsync("app", 1, default));
        connection.IsDisposed.ShouldBeTrue();
    }

    /// <summary>Relays look all the time: where nothing is due they must keep no writer waiting, nor wait for one.</summary>
    [Fact]
    public async Task WhoFindsNothingToRelayWaitsForNoWriter()
    {
        await using var connection = await Database.OpenAsync();
        await using var writing = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO things (id, number) VALUES ('a', 1)", transaction: writing);

        (await Database.Outbox.RelayAsync("app", 10, _ => Task.FromResult<RowFates?>(new RowFates([], [])), default)).ShouldBe(0);
    }

    [Fact]
    public async Task AConnectionThatIsOpenAlreadyIsTakenAsItIs()
    {
        var opened = 0;
        using var open = new SqliteOutboxDatabase(() =>
        {
            var connection = new WatchedConnection(Database.ConnectionString, _ =>
            {
                opened++;
                return Task.CompletedTask;
            });
            connection.Open();
            return connection;
        });

        await (await open.TakeDueAsync("app", 1, default)).DisposeAsync();

        opened.ShouldBe(0);
    }
}

public sealed class PostgresOutboxDatabaseTests : OutboxDatabaseTests<PostgresTestDatabase>
{
    protected override string In(int seconds) => $"clock_timestamp() + interval '{seconds} seconds'";

    /// <summary>Whoever holds a row, such as a backup or another node's deletion, is not waited for.</summary>
    [Fact]
    public async Task ARowThatSomebodyHoldsIsDeletedAnotherTime()
    {
        await Database.ExecuteAsync($"INSERT INTO freshet_outbox (action, appended_at) VALUES ('held', {In(-9_000)}), ('free', {In(-8_000)})");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("SELECT 1 FROM freshet_outbox WHERE action = 'held' FOR UPDATE", transaction: transaction);
            (await Database.Outbox.PruneAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), 10, default).WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        }

        (await ActionsAsync("1 = 1")).ShouldBe(["held"]);
    }

    /// <summary>A pool of one connection: what is not given back is missed by the next.</summary>
    [Fact]
    public async Task WhoFindsNothingToRelayGivesItsConnectionBack()
    {
        await using var source = NpgsqlDataSource.Create(Database.Source.ConnectionString + ";Maximum Pool Size=1;Timeout=10");
        await using var outbox = new PostgresOutboxDatabase(source, schema: null);
        (await RelayAsync(outbox)).ShouldBe(0, "there is nothing");

        await Database.ExecuteAsync("INSERT INTO freshet_outbox (action) VALUES ('a')");
        await Database.Outbox.RelayAsync("app", 10, async _ =>
        {
            (await RelayAsync(outbox)).ShouldBe(0, "another is at it");
            return null;
        }, default);
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME COLUMN cause TO gone");
        await Should.ThrowAsync<PostgresException>(() => RelayAsync(outbox));
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME COLUMN gone TO cause");

        (await RelayAsync(outbox)).ShouldBe(1);
    }

    /// <summary>It stays open for the next question. Once it is broken, the next one gets another, and at the end it is given back.</summary>
    [Fact]
    public async Task TheConnectionThatAsksIsReplacedWhenItBreaksAndGivenBackAtTheEnd()
    {
        await using var source = NpgsqlDataSource.Create(Database.Source.ConnectionString + ";Maximum Pool Size=1;Timeout=10;Application Name=asks");
        var outbox = new PostgresOutboxDatabase(source, schema: null);
        (await outbox.CommittedAsync([Guid.NewGuid()], default)).ShouldBeEmpty();
        await Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'asks'");
        await Should.ThrowAsync<NpgsqlException>(() => outbox.CommittedAsync([Guid.NewGuid()], default));

        (await outbox.CommittedAsync([Guid.NewGuid()], default)).ShouldBeEmpty();

        await outbox.DisposeAsync();
        await using var connection = await source.OpenConnectionAsync();
    }

    private static Task<int> RelayAsync(PostgresOutboxDatabase outbox) =>
        outbox.RelayAsync("app", 10, rows => Task.FromResult<RowFates?>(new RowFates([], [new FailedRow(rows[0].Seq, "seen", null)])), default);
}

using Dapper;
using Npgsql;

namespace Freshet.Sql.Tests.Databases;

/// <summary>What the outbox does with the connections of a pool that others use too. A pool of one: what is not given back is missed by the next. It resets nothing.</summary>
public sealed class PostgresConnectionTests : OutboxTest<PostgresTestDatabase>
{
    private NpgsqlDataSource _source = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _source = NpgsqlDataSource.Create(Database.Source.ConnectionString + ";Maximum Pool Size=1;Timeout=10;No Reset On Close=true");
    }

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task WhatIsSetForATransactionEndsWithIt()
    {
        await using var outbox = new PostgresOutboxDatabase(_source, "own");
        await outbox.CreateTablesAsync(default);
        await Database.ExecuteAsync("INSERT INTO own.freshet_outbox (action) VALUES ('a')");
        (await outbox.RelayAsync("app", 10, rows => Task.FromResult<RowFates?>(new RowFates([], [new FailedRow(rows[0].Seq, "seen", null)])), default)).ShouldBe(1);

        await using var connection = await _source.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<string>("SHOW search_path")).ShouldBe("\"$user\", public");
        (await connection.ExecuteScalarAsync<string>("SHOW idle_in_transaction_session_timeout")).ShouldBe("0");
    }

    /// <summary>A pooler between may give each transaction another connection. And rows that are written together are of a number that may never come again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatEveryActionRunsIsPreparedUnlessThatIsSwitchedOff(bool prepares)
    {
        var outbox = new PostgresOutboxDatabase(_source, schema: null, prepares);
        await WriteAsync(outbox, 1);
        await outbox.CommittedAsync([Guid.NewGuid()], default);
        await outbox.DisposeAsync();
        var prepared = await PreparedAsync();
        (prepared > 0).ShouldBe(prepares);

        await WriteAsync(outbox, 2);

        (await PreparedAsync()).ShouldBe(prepared);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheConnectionThatAsksIsGivenBackAtTheEnd(bool waits)
    {
        var outbox = new PostgresOutboxDatabase(_source, schema: null);
        await outbox.CommittedAsync([Guid.NewGuid()], default);

        if (waits) await outbox.DisposeAsync();
#pragma warning disable CA1849 // as a container does that is disposed without waiting
        else outbox.Dispose();
#pragma warning restore CA1849

        await using var connection = await _source.OpenConnectionAsync();
    }

    /// <summary>It tells once by itself: of what was written, and rung for, before it listened.</summary>
    [Fact]
    public async Task WhoBeginsToListenLooksOnceAndGivesItsConnectionBackAtTheEnd()
    {
        await using var outbox = new PostgresOutboxDatabase(_source, schema: null);
        using var stop = new CancellationTokenSource();
        var rung = new TaskCompletionSource();
        var listening = outbox.ListenAsync(rung.SetResult, stop.Token);
        await rung.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => listening);
        await using var connection = await _source.OpenConnectionAsync();
    }

    /// <summary>Both ways in which rows are written.</summary>
    private async Task WriteAsync(PostgresOutboxDatabase outbox, int rows)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await outbox.SaveAsync(new OpenTransaction(connection, transaction), "app", TimeSpan.Zero, Work(rows), default);
            await transaction.CommitAsync();
        }
        await using var another = await connection.BeginTransactionAsync();
        (await outbox.SaveAndCommitAsync(another, "app", TimeSpan.Zero, Work(rows), default)).Count.ShouldBe(rows);
    }

    private static ToSave Work(int rows) => new(
        [.. Enumerable.Range(0, rows).Select(_ => new RecordDraft(RecordId.Next(), "Raise", null, null, []) { By = new Writer(TriggerKind.Job, "write", null, null) })], null);

    private async Task<long> PreparedAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_prepared_statements");
    }
}

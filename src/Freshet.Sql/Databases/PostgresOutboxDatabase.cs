using System.Data.Common;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Freshet.Sql;

/// <summary>The tables in PostgreSQL.</summary>
/// <param name="source">Where the writes go: never a replica.</param>
/// <param name="schema">Schema of the tables; null for the one that the connection's <c>search_path</c> finds.</param>
/// <param name="prepares">Whether statements that every action runs are prepared.</param>
internal sealed class PostgresOutboxDatabase(NpgsqlDataSource source, string? schema, bool prepares = true) : OutboxDatabase
{
    /// <summary>The channel on which whoever writes a row may ring for the relays.</summary>
    public const string Channel = "freshet_outbox";

    // Every action ends with a question, so it has a connection that stays open and knows the statement: taking one from the pool, and
    // planning anew, would take longer than the question.
    private NpgsqlConnection? _asking;
    private NpgsqlCommand? _question;

    public override string ScriptName => "freshet-postgres.sql";

    /// <summary>A relay that was paused, or whose machine is gone, must not keep its rows from the others: after so long its session is ended.</summary>
    internal TimeSpan LongestIdle { get; init; } = TimeSpan.FromSeconds(15);

    protected override string Now => "clock_timestamp()";

    protected override string SkipLocked => "FOR UPDATE SKIP LOCKED";

    protected override bool PreparesStatements => prepares;

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    public override async Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        try
        {
            if (_question is null) await PrepareQuestionAsync(cancellationToken).ConfigureAwait(false);
            _question!.Parameters[0].Value = ids.ToArray();
            return await ReadIdsAsync(_question, ids.Count, isAsync: true, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ForgetQuestionAsync().ConfigureAwait(false); // the next one gets a new connection
            throw;
        }
    }

    /// <summary>One round trip: the rows, the commit, and the question which of them are committed.</summary>
    /// <remarks>
    /// The question has a transaction of its own, which begins when the commit is done: so it sees exactly what is committed, whatever
    /// the commit was answered. It need not be answered: what stays unknown the end of the action asks once more.
    /// </remarks>
    public override async Task<IReadOnlySet<Guid>> SaveAndCommitAsync(
        DbTransaction transaction, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        // Another driver's, or one that is wrapped to be watched: what it does with a commit that it did not see is not known.
        if (transaction is not NpgsqlTransaction { Connection: { } connection })
            return await base.SaveAndCommitAsync(transaction, keyspace, grace, work, cancellationToken).ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            FillSave(command, keyspace, grace, work.Drafts);
            command.CommandText += $"; COMMIT; {SelectById(command, "id", [.. work.Drafts.Select(draft => draft.Id)])}";
            if (prepares && work.Drafts.Count == 1) await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            return await ReadIdsAsync(command, work.Drafts.Count, isAsync: true, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await ForgetQuestionAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _question?.Dispose();
        _asking?.Dispose();
        base.Dispose();
    }

    public override Task CreateTablesAsync(CancellationToken cancellationToken) => WithAsync(async command =>
    {
        // Several nodes start at once, and "IF NOT EXISTS" alone lets two of them create the same table. The lock ends with the transaction.
        var into = schema is null ? "" : $"CREATE SCHEMA IF NOT EXISTS {Quoted(schema)}; SET LOCAL search_path = {Quoted(schema)};";
        command.CommandText = $"BEGIN; SELECT pg_advisory_xact_lock(hashtext('{Channel}')); {into} {Script} COMMIT;";
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    public override Task<bool> HasTableAsync(string table, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = "SELECT to_regclass(@table) IS NOT NULL";
        AddText(command, "table", table);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }, cancellationToken);

    public override async Task ListenAsync(Action rung, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, _) => rung();
            var listen = connection.CreateCommand();
            listen.CommandText = $"LISTEN {Channel}";
            await using (listen.ConfigureAwait(false)) await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            rung(); // for what was written before
            while (true) await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One relay of a keyspace works at a time, so that rows reach the log in the order of <c>seq</c>; and it waits for nobody who holds a row.</summary>
    public override async Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlTransaction? transaction = null;
        DueRows? due = null;
        try
        {
            if (!await IsAnyDueAsync(connection, keyspace, cancellationToken).ConfigureAwait(false)) return DueRows.None;
            transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            if (!await IsFirstAsync(connection, keyspace, cancellationToken).ConfigureAwait(false)) return DueRows.None;
            var command = connection.CreateCommand();
            FillDue(command, keyspace, most);
            var rows = await ReadRowsAsync(command, cancellationToken).ConfigureAwait(false);
            return due = new DueRows(rows, async (fates, ct) =>
            {
                await MarkAsync(connection, fates.Appended, ct).ConfigureAwait(false);
                await NoteFailuresAsync(command, fates.Failed, ct).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
            }, command, transaction, connection);
        }
        finally
        {
            if (due is null)
            {
                if (transaction is not null) await transaction.DisposeAsync().ConfigureAwait(false);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public override async Task MarkAsync(IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) await MarkAsync(connection, rows, cancellationToken).ConfigureAwait(false);
    }

    protected override string TableOf(string name) => schema is null ? name : $"{Quoted(schema)}.{name}";

    protected override string After(DbCommand command, string parameter, TimeSpan by)
    {
        AddSeconds(command, parameter, by);
        return $"clock_timestamp() + @{parameter} * interval '1 second'";
    }

    protected override string AgeOf(string moment) => $"EXTRACT(EPOCH FROM clock_timestamp() - {moment})::float8";

    protected override string Json(string parameter) => parameter + "::json";

    protected override void AddId(DbCommand command, string name, Guid id) => Add(command, name, System.Data.DbType.Guid, id);

    protected override Guid IdOf(object value) => (Guid)value;

    public override string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids)
    {
        command.Parameters.Add(new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = ids.ToArray() });
        return $"SELECT {columns} FROM {OutboxTable} WHERE id = ANY(@ids)";
    }

    private async Task PrepareQuestionAsync(CancellationToken cancellationToken)
    {
        _asking = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var question = _asking.CreateCommand();
        question.CommandText = SelectById(question, "id", []);
        if (prepares) await question.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _question = question;
    }

    private async Task ForgetQuestionAsync()
    {
        var (question, asking) = (_question, _asking);
        (_question, _asking) = (null, null);
        if (question is not null) await question.DisposeAsync().ConfigureAwait(false);
        if (asking is not null) await asking.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> IsAnyDueAsync(NpgsqlConnection connection, string keyspace, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = $"SELECT EXISTS ({SelectOpen("1", IsDue)})";
            AddText(command, "keyspace", keyspace);
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private async Task<bool> IsFirstAsync(NpgsqlConnection connection, string keyspace, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = "SELECT set_config('idle_in_transaction_session_timeout', @idle, true), pg_try_advisory_xact_lock(hashtext('freshet_relay'), hashtext(@keyspace))";
            AddText(command, "idle", string.Create(CultureInfo.InvariantCulture, $"{LongestIdle.TotalMilliseconds}ms"));
            AddText(command, "keyspace", keyspace);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(1);
        }
    }

    private async Task MarkAsync(NpgsqlConnection connection, IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken)
    {
        foreach (var epoch in rows.GroupBy(row => row.Position.Epoch))
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = $"""
                    UPDATE {OutboxTable} AS row SET epoch = @epoch, position = told.position, appended_at = {Now}, error = NULL
                    FROM unnest(@ids, @positions) AS told (id, position) WHERE row.id = told.id AND row.appended_at IS NULL
                    """;
                AddId(command, "epoch", epoch.Key.Value);
                command.Parameters.Add(new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = epoch.Select(row => row.Id).ToArray() });
                command.Parameters.Add(new NpgsqlParameter("positions", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = epoch.Select(row => row.Position.Position).ToArray() });
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

using System.Data.Common;
using System.Globalization;

namespace Freshet.Sql;

/// <summary>The tables in SQLite, through whichever ADO.NET provider the application uses.</summary>
/// <param name="connect">Makes a connection to the database that the writes go to; it is opened here.</param>
internal sealed class SqliteOutboxDatabase(Func<DbConnection> connect) : OutboxDatabase
{
    // A row that is open has been overtaken, or comes after all that are appended: so it is found without an index of all that are open.
    // Every write would have to keep that one up, which costs about as much as the row itself.
    private const string IsOvertaken = "position = 0 AND appended_at IS NULL AND set_aside_at IS NULL";
    private const string IsNewer = $"seq > {Last} AND position IS NULL AND set_aside_at IS NULL";

    // The number of the last appended row; of none, less than any.
    private const string Last = "coalesce((SELECT seq FROM freshet_outbox WHERE appended_at IS NOT NULL ORDER BY seq DESC LIMIT 1), -9223372036854775808)";

    public override string ScriptName => "freshet-sqlite.sql";

    /// <summary>Overtaken: it may well be that later rows are appended.</summary>
    protected override string ReopenedPosition => "0";

    protected override string Now => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = connect();
        try
        {
            if (connection.State == System.Data.ConnectionState.Closed) await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override Task CreateTablesAsync(CancellationToken cancellationToken) => WithAsync(command =>
    {
        command.CommandText = Script;
        return command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    public override Task<bool> HasTableAsync(string table, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = "SELECT 1 FROM sqlite_master WHERE name = @table";
        AddText(command, "table", table);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }, cancellationToken);

    /// <summary>No index watches over the ids of open rows: keeping one up would cost every write about as much as the row itself. So who may save a row again looks first.</summary>
    public override async Task SaveAsync(OpenTransaction within, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        if (work.MayBeThere)
        {
            var seen = await SeenAsync(within, [.. work.Drafts.Select(draft => draft.Id)], cancellationToken).ConfigureAwait(false);
            work = work with { Drafts = [.. work.Drafts.Where(draft => !seen.Contains(draft.Id))] };
            if (work.Drafts.Count == 0) return;
        }
        await base.SaveAsync(within, keyspace, grace, work, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Here the commit itself tells: it throws unless the transaction was open until then and is committed now.</summary>
    /// <remarks>So says the driver that is known to. With another one a commit may end less than the database's transaction, such as a nested one.</remarks>
    public override async Task<IReadOnlySet<Guid>> SaveAndCommitAsync(
        DbTransaction transaction, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        var told = await base.SaveAndCommitAsync(transaction, keyspace, grace, work, cancellationToken).ConfigureAwait(false);
        return transaction.GetType().FullName == "Microsoft.Data.Sqlite.SqliteTransaction" ? work.Drafts.Select(draft => draft.Id).ToHashSet() : told;
    }

    /// <summary>No transaction is open while rows are appended: it would keep every writer waiting. Two relays at once append a row once, by its id.</summary>
    public override async Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var command = connection.CreateCommand();
            FillDue(command, keyspace, most);
            var rows = await ReadRowsAsync(command, cancellationToken).ConfigureAwait(false);
            return new DueRows(rows, (fates, ct) => InTransactionAsync(command, async () =>
            {
                await MarkAsync(command, rows.Where(row => row.Id is not null).Select(row => (row.Seq, row.Id!.Value)), fates.Appended, ct).ConfigureAwait(false);
                await NoteFailuresAsync(command, fates.Failed, ct).ConfigureAwait(false);
            }, ct), command, connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override Task MarkAsync(IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        // Found before the transaction begins, and so before any writer waits for it.
        command.CommandText = SelectById(command, "seq, id", [.. rows.Select(row => row.Id)]);
        var found = new List<(long Seq, Guid Id)>(rows.Count);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add((reader.GetInt64(0), IdOf(reader.GetValue(1))));
        }
        await InTransactionAsync(command, () => MarkAsync(command, found, rows, cancellationToken), cancellationToken).ConfigureAwait(false);
        return found.Count;
    }, cancellationToken);

    /// <summary>Before it, all rows are looked through for one that was overtaken and not noted: a hand has marked rows, or an earlier version, which knew another index.</summary>
    public override async Task<int> PruneAsync(TimeSpan retention, TimeSpan claimRetention, int most, CancellationToken cancellationToken)
    {
        await WithAsync(async command =>
        {
            // Read first: who reads keeps no writer waiting.
            command.CommandText = $"SELECT min(seq), max(seq) FROM {OutboxTable} WHERE seq < {Last} AND position IS NULL AND appended_at IS NULL";
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            (long First, long Last)? missed = null;
            await using (reader.ConfigureAwait(false))
            {
                if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && !reader.IsDBNull(0)) missed = (reader.GetInt64(0), reader.GetInt64(1));
            }
            return missed is { } rows ? await NoteOvertakenAsync(command, rows.First - 1, rows.Last + 1, cancellationToken).ConfigureAwait(false) : 0;
        }, cancellationToken).ConfigureAwait(false);
        return await base.PruneAsync(retention, claimRetention, most, cancellationToken).ConfigureAwait(false);
    }

    protected override string TableOf(string name) => name;

    // What cannot be text of an application's stands in the statement itself, which costs less than a parameter.
    protected override string After(DbCommand command, string parameter, TimeSpan by) =>
        string.Create(CultureInfo.InvariantCulture, $"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '{by.TotalSeconds:0.###} seconds')");

    protected override string AgeOf(string moment) => $"(julianday('now') - julianday({moment})) * 86400.0";

    protected override string Json(string parameter) => parameter;

    protected override void AddId(DbCommand command, string name, Guid id) => AddText(command, name, id.ToString("D"));

    protected override Guid IdOf(object value) => Guid.ParseExact((string)value, "D");

    protected override string Id(DbCommand command, string name, Guid id) => $"'{id:D}'";

    protected override string Word(DbCommand command, string name, string word) => $"'{word}'";

    /// <summary>Each row is in one of four places: appended, by its id; overtaken; newer than the last appended one; or set aside. In all but the first there are few.</summary>
    /// <remarks>Who asks has written lately: so it looks at the newest of the open ones first, and no further than it has to, should there be many after all.</remarks>
    public override string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids)
    {
        var any = $"id IN ({string.Join(", ", ids.Select(id => Id(command, "", id)))})";
        var newest = $"ORDER BY seq DESC LIMIT {ids.Count.ToString(CultureInfo.InvariantCulture)}";
        return $"""
            SELECT {columns} FROM {OutboxTable} WHERE {any} AND appended_at IS NOT NULL
            UNION ALL SELECT * FROM (SELECT {columns} FROM {OutboxTable} WHERE {any} AND {IsOvertaken} {newest})
            UNION ALL SELECT * FROM (SELECT {columns} FROM {OutboxTable} WHERE {any} AND {IsNewer} {newest})
            UNION ALL SELECT {columns} FROM {OutboxTable} WHERE {any} AND appended_at IS NULL AND set_aside_at IS NOT NULL
            """;
    }

    public override string SelectOpen(string columns, string where) =>
        $"SELECT {columns} FROM {OutboxTable} WHERE {IsOvertaken} AND {where} UNION ALL SELECT {columns} FROM {OutboxTable} WHERE {IsNewer} AND {where}";

    private static async Task InTransactionAsync(DbCommand command, Func<Task> act, CancellationToken cancellationToken)
    {
        var transaction = await command.Connection!.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            command.Transaction = transaction;
            await act().ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MarkAsync(DbCommand command, IEnumerable<(long Seq, Guid Id)> rows, IReadOnlyList<AppendedRow> appended, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<Guid, LogPosition>(appended.Count);
        foreach (var row in appended) positions[row.Id] = row.Position;
        command.Parameters.Clear();
        command.CommandText = $"SELECT {Last}";
        var (before, highest) = ((long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!, long.MinValue);
        // By number and id: a number may be another row's by now, the id is found by its number alone.
        command.CommandText = $"UPDATE {OutboxTable} SET epoch = @epoch, position = @position, appended_at = {Now}, error = NULL WHERE seq = @seq AND id = @id AND appended_at IS NULL";
        foreach (var (seq, id) in rows)
        {
            if (!positions.TryGetValue(id, out var position)) continue;
            command.Parameters.Clear();
            AddId(command, "epoch", position.Epoch.Value);
            AddNumber(command, "position", position.Position);
            AddNumber(command, "seq", seq);
            AddId(command, "id", id);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            highest = Math.Max(highest, seq);
        }
        await NoteOvertakenAsync(command, before, highest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets rows between two be found that are not appended though a later one is. To note one too many harms nothing.</summary>
    private Task<int> NoteOvertakenAsync(DbCommand command, long after, long until, CancellationToken cancellationToken)
    {
        command.Parameters.Clear();
        command.CommandText = $"UPDATE {OutboxTable} SET position = 0 WHERE seq > @after AND seq < @until AND position IS NULL AND appended_at IS NULL";
        AddNumber(command, "after", after);
        AddNumber(command, "until", until);
        return command.ExecuteNonQueryAsync(cancellationToken);
    }
}

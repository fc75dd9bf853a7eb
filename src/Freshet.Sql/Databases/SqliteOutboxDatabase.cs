using System.Data.Common;
using System.Globalization;

namespace Freshet.Sql;

/// <summary>The tables in SQLite, through whichever ADO.NET provider the application uses.</summary>
/// <param name="connect">Makes a connection to the database that the writes go to; it is opened here.</param>
internal sealed class SqliteOutboxDatabase(Func<DbConnection> connect) : OutboxDatabase
{
    public override string ScriptName => "freshet-sqlite.sql";

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
        command.CommandText = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = @table";
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

    /// <summary>Three questions, since each row is in one of three indexes: appended by its id, open, or set aside; and of the latter two there are few.</summary>
    /// <remarks>Who asks has written lately: so it looks at the newest of the open ones first, and no further than it has to, should there be many after all.</remarks>
    public override string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids)
    {
        var select = $"SELECT {columns} FROM {OutboxTable} WHERE id IN ({string.Join(", ", ids.Select(id => Id(command, "", id)))}) AND appended_at IS";
        var open = $"{select} NULL AND set_aside_at IS NULL ORDER BY seq DESC LIMIT {ids.Count.ToString(CultureInfo.InvariantCulture)}";
        return $"{select} NOT NULL UNION ALL SELECT * FROM ({open}) UNION ALL {select} NULL AND set_aside_at IS NOT NULL";
    }

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
        }
    }
}

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

    /// <summary>Here the commit itself tells: it throws unless the transaction was open until then and is committed now.</summary>
    /// <remarks>So says the driver that is known to. With another one a commit may end less than the database's transaction, such as a nested one.</remarks>
    public override async Task<IReadOnlySet<Guid>> SaveAndCommitAsync(
        DbTransaction transaction, string keyspace, TimeSpan grace, IReadOnlyList<RecordDraft> drafts, CancellationToken cancellationToken)
    {
        var told = await base.SaveAndCommitAsync(transaction, keyspace, grace, drafts, cancellationToken).ConfigureAwait(false);
        return transaction.GetType().FullName == "Microsoft.Data.Sqlite.SqliteTransaction" ? drafts.Select(draft => draft.Id).ToHashSet() : told;
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
                await MarkAsync(command, fates.Appended, ct).ConfigureAwait(false);
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
        await InTransactionAsync(command, () => MarkAsync(command, rows, cancellationToken), cancellationToken).ConfigureAwait(false);
        return rows.Count;
    }, cancellationToken);

    protected override string TableOf(string name) => name;

    protected override string After(DbCommand command, string parameter, TimeSpan by)
    {
        AddSeconds(command, parameter, by);
        return $"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', @{parameter} || ' seconds')";
    }

    protected override string AgeOf(string moment) => $"(julianday('now') - julianday({moment})) * 86400.0";

    protected override string Json(string parameter) => parameter;

    protected override void AddId(DbCommand command, string name, Guid id) => AddText(command, name, id.ToString("D"));

    protected override Guid IdOf(object value) => Guid.ParseExact((string)value, "D");

    protected override string AnyOf(DbCommand command, IReadOnlyList<Guid> ids)
    {
        for (var i = 0; i < ids.Count; i++) AddId(command, "id" + i.ToString(CultureInfo.InvariantCulture), ids[i]);
        return $"IN ({string.Join(", ", Enumerable.Range(0, ids.Count).Select(i => "@id" + i.ToString(CultureInfo.InvariantCulture)))})";
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

    private async Task MarkAsync(DbCommand command, IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            command.Parameters.Clear();
            command.CommandText = $"UPDATE {OutboxTable} SET epoch = @epoch, position = @position, appended_at = {Now}, error = NULL WHERE id = @id AND appended_at IS NULL";
            AddId(command, "epoch", row.Position.Epoch.Value);
            AddNumber(command, "position", row.Position.Position);
            AddId(command, "id", row.Id);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

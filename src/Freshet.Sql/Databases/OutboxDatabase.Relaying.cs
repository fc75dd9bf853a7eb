using System.Data.Common;
using System.Globalization;

namespace Freshet.Sql;

/// <remarks>What a relay takes, notes, reopens and deletes.</remarks>
internal abstract partial class OutboxDatabase
{
    private const string RowColumns = "seq, id, \"trigger\", action, actor, call, event, data, invalidations, cause, trace, attempts";

    /// <summary>The oldest rows that are due, to be appended and then noted. The caller disposes them, which lets others have what it did not note.</summary>
    public abstract Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken);

    /// <summary>Marks rows with where the log has them.</summary>
    public abstract Task MarkAsync(IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken);

    /// <summary>Makes rows of an earlier epoch due again that were appended lately: the log may have lost them with it (PROTOCOL 24).</summary>
    /// <returns>How many.</returns>
    public Task<int> ReopenAsync(string keyspace, Epoch current, TimeSpan within, CancellationToken cancellationToken) => WithAsync(command =>
    {
        command.CommandText = $"UPDATE {OutboxTable} SET epoch = NULL, position = {ReopenedPosition}, appended_at = NULL, due_at = {Now} WHERE keyspace = @keyspace AND epoch <> @epoch AND appended_at >= {After(command, "since", -within)}";
        AddText(command, "keyspace", keyspace);
        AddId(command, "epoch", current.Value);
        return command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    /// <summary>What no relay has appended in time, and what is set aside.</summary>
    public Task<OutboxState> StateAsync(string keyspace, TimeSpan grace, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = $"""
            SELECT count(*), {AgeOf("min(created_at)")}, (SELECT count(*) FROM {OutboxTable} WHERE set_aside_at IS NOT NULL AND keyspace = @keyspace)
            FROM ({SelectOpen("created_at", $"keyspace = @keyspace AND created_at <= {After(command, "grace", -grace)}")}) AS left_open
            """;
        AddText(command, "keyspace", keyspace);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var age = reader.IsDBNull(1) ? 0 : Convert.ToDouble(reader.GetValue(1), CultureInfo.InvariantCulture);
            return new OutboxState(reader.GetInt64(0), TimeSpan.FromSeconds(age), reader.GetInt64(2), IsAway: false);
        }
    }, cancellationToken);

    /// <summary>Deletes rows that were appended long ago, and old claims; only so many at once, so that nobody waits for it.</summary>
    /// <returns>How many went.</returns>
    public virtual Task<int> PruneAsync(TimeSpan retention, TimeSpan claimRetention, int most, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = $"DELETE FROM {OutboxTable} WHERE seq IN (SELECT seq FROM {OutboxTable} WHERE appended_at < {After(command, "until", -retention)} ORDER BY appended_at LIMIT @most {SkipLocked})";
        AddNumber(command, "most", most);
        var rows = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        command.Parameters.Clear();
        command.CommandText = $"DELETE FROM {ClaimsTable} WHERE claimed_at < {After(command, "until", -claimRetention)}";
        return rows + await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>A statement that reads columns of rows that are neither appended nor set aside.</summary>
    public virtual string SelectOpen(string columns, string where) => $"SELECT {columns} FROM {OutboxTable} WHERE appended_at IS NULL AND set_aside_at IS NULL AND {where}";

    /// <summary>Whether an open row is due.</summary>
    protected string IsDue => $"due_at <= {Now} AND keyspace = @keyspace";

    /// <summary>Sets the text and parameters that read the oldest rows that are due.</summary>
    protected void FillDue(DbCommand command, string keyspace, int most)
    {
        command.CommandText = $"{SelectOpen(RowColumns, IsDue)} ORDER BY seq LIMIT @most {SkipLocked}";
        AddText(command, "keyspace", keyspace);
        AddNumber(command, "most", most);
    }

    protected async Task<List<OutboxRow>> ReadRowsAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<OutboxRow>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(new OutboxRow(
                    reader.GetInt64(0), FindId(reader.GetValue(1)), reader.GetString(2), reader.GetString(3), Text(4), reader.GetString(5), Text(6), Text(7), Text(8), Text(9), Text(10), reader.GetInt32(11)));
            }
        }
        return rows;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    /// <summary>Notes what could not be appended: it is due again later, or set aside for good.</summary>
    protected async Task NoteFailuresAsync(DbCommand command, IReadOnlyList<FailedRow> failures, CancellationToken cancellationToken)
    {
        foreach (var failure in failures)
        {
            command.Parameters.Clear();
            command.CommandText = $"UPDATE {OutboxTable} SET attempts = attempts + 1, error = @error, due_at = {After(command, "again", failure.Again ?? TimeSpan.Zero)}, set_aside_at = {(failure.Again is null ? Now : "NULL")} WHERE seq = @seq";
            AddText(command, "error", failure.Error);
            AddNumber(command, "seq", failure.Seq);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Guid? FindId(object value)
    {
        try
        {
            return IdOf(value);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

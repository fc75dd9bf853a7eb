using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Freshet.Sql;

/// <summary>The tables as one kind of database has them. Times are the database's own, so that nodes' clocks do not matter.</summary>
/// <remarks>What is written into a caller's transaction goes through <see cref="DbCommand"/> alone, so that wrapped connections of profilers work too.</remarks>
internal abstract partial class OutboxDatabase : IAsyncDisposable, IDisposable
{
    private const string RowColumns = "seq, id, \"trigger\", action, actor, call, event, data, invalidations, cause, trace, attempts";

    private const string DefaultKeyspace = "app"; // as the scripts have it, like the defaults below

    private static readonly Column[] _columns =
    [
        new("\"trigger\"", "@trigger", "job", draft => RecordJson.NameOf(draft.By!.Trigger), IsWord: true),
        new("action", "@action", null, draft => draft.By!.Action),
        new("actor", "@actor", null, draft => draft.By!.Actor),
        new("call", "@call", "Raise", draft => draft.Call),
        new("event", "@event", null, draft => draft.Event),
        new("data", "@data", null, draft => draft.EventData, IsJson: true),
        new("invalidations", "@invalidations", null, draft => RecordJson.WriteInvalidations(draft.Invalidations), IsJson: true),
        new("cause", "@cause", null, draft => draft.Cause),
        new("trace", "@trace", null, draft => draft.By!.TraceParent),
    ];

    /// <summary>A column that an action writes, and what it holds of itself.</summary>
    /// <param name="Name">As statements write it.</param>
    /// <param name="Parameter">The parameter that gives it, as statements write it: so a driver finds it at once.</param>
    /// <param name="Default">What it holds unless a row says otherwise.</param>
    /// <param name="Of">What it holds for a record.</param>
    /// <param name="IsJson">Whether it holds JSON.</param>
    /// <param name="IsWord">Whether it holds one of a few words of Freshet's own, never text of an application.</param>
    private sealed record Column(string Name, string Parameter, string? Default, Func<RecordDraft, string?> Of, bool IsJson = false, bool IsWord = false);

    /// <summary>File name of the script that creates the tables.</summary>
    public abstract string ScriptName { get; }

    /// <summary>The script that creates the tables. Running it again changes nothing.</summary>
    public string Script => ReadScript(ScriptName);

    public string OutboxTable => TableOf("freshet_outbox");

    public string ClaimsTable => TableOf("freshet_claims");

    /// <summary>The moment in the database's clock.</summary>
    protected abstract string Now { get; }

    protected virtual string SkipLocked => "";

    protected virtual bool PreparesStatements => false;

    /// <summary>The position of a row that was appended and is due again.</summary>
    protected virtual string ReopenedPosition => "NULL";

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Creates the tables, unless they exist.</summary>
    public abstract Task CreateTablesAsync(CancellationToken cancellationToken);

    /// <summary>Wakes a relay whenever somebody rings; returns when cancelled. A database that cannot ring returns at once.</summary>
    public virtual Task ListenAsync(Action rung, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether a table is there.</summary>
    public abstract Task<bool> HasTableAsync(string table, CancellationToken cancellationToken);

    /// <summary>The oldest rows that are due, to be appended and then noted. The caller disposes them, which lets others have what it did not note.</summary>
    public abstract Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken);

    /// <summary>Writes rows into the caller's transaction. A row whose id is there already is left as it is.</summary>
    /// <param name="within">The caller's transaction.</param>
    /// <param name="keyspace">Whose rows they are.</param>
    /// <param name="grace">How long they are left to their action.</param>
    /// <param name="work">What was taken from an action.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual async Task SaveAsync(OpenTransaction within, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        var command = within.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            FillSave(command, keyspace, grace, work.Drafts);
            if (work.Drafts.Count == 1 && PreparesStatements) await within.PrepareAsync(command, cancellationToken).ConfigureAwait(false); // nearly all of them; the connection knows it from its second time on
            await within.ExecuteNonQueryAsync(command, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes rows into the caller's transaction and commits it.</summary>
    /// <returns>Those of the rows that the database has thereby said are committed; of the others nobody knows without asking.</returns>
    public virtual async Task<IReadOnlySet<Guid>> SaveAndCommitAsync(
        DbTransaction transaction, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        await SaveAsync(new OpenTransaction(transaction.Connection!, transaction), keyspace, grace, work, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return FrozenSet<Guid>.Empty;
    }

    /// <summary>Takes a claim in the caller's transaction.</summary>
    /// <returns>False when the delivery is somebody else's: worked off, and committed.</returns>
    public async Task<bool> TryClaimAsync(OpenTransaction within, DeliveryClaim claim, CancellationToken cancellationToken)
    {
        var take = within.CreateCommand();
        await using (take.ConfigureAwait(false))
        {
            // Two deliveries at once: the second waits here for the first one's transaction to end.
            take.CommandText = $"INSERT INTO {ClaimsTable} (source, delivery, claim) VALUES (@source, @delivery, @claim) ON CONFLICT (source, delivery) DO NOTHING";
            AddText(take, "source", claim.Source);
            AddText(take, "delivery", claim.Delivery);
            AddId(take, "claim", claim.Id);
            if (await within.ExecuteNonQueryAsync(take, cancellationToken).ConfigureAwait(false) > 0) return true;
        }
        var look = within.CreateCommand();
        await using (look.ConfigureAwait(false))
        {
            look.CommandText = $"SELECT claim FROM {ClaimsTable} WHERE source = @source AND delivery = @delivery";
            AddText(look, "source", claim.Source);
            AddText(look, "delivery", claim.Delivery);
            return await within.ExecuteScalarAsync(look, cancellationToken).ConfigureAwait(false) is { } holder && IdOf(holder) == claim.Id;
        }
    }

    /// <summary>Which of these rows are committed. One caller at a time.</summary>
    public virtual Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        WithAsync(command => FoundAsync(command, ids, isAsync: true, cancellationToken), cancellationToken);

    /// <summary>Which of these rows a transaction sees.</summary>
    public async Task<IReadOnlySet<Guid>> SeenAsync(OpenTransaction within, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var command = within.CreateCommand();
        await using (command.ConfigureAwait(false)) return await FoundAsync(command, ids, within.IsAsync, cancellationToken).ConfigureAwait(false);
    }

    protected async Task<IReadOnlySet<Guid>> ReadIdsAsync(DbCommand command, int most, bool isAsync, CancellationToken cancellationToken)
    {
        var found = new HashSet<Guid>(most);
        var reader = isAsync ? await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteReader();
        await using (reader.ConfigureAwait(false))
        {
            while (isAsync ? await reader.ReadAsync(cancellationToken).ConfigureAwait(false) : reader.Read()) found.Add(IdOf(reader.GetValue(0)));
        }
        return found;
    }

    public Task<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = $"SELECT 1 FROM {ClaimsTable} WHERE source = @source AND delivery = @delivery";
        AddText(command, "source", claim.Source);
        AddText(command, "delivery", claim.Delivery);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }, cancellationToken);

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
            return new OutboxState(reader.GetInt64(0), TimeSpan.FromSeconds(Math.Max(0, age)), reader.GetInt64(2), IsAway: false);
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

    protected abstract string TableOf(string name);

    /// <summary>A moment so much later than now, from a parameter.</summary>
    protected abstract string After(DbCommand command, string parameter, TimeSpan by);

    /// <summary>How many seconds ago a moment was.</summary>
    protected abstract string AgeOf(string moment);

    protected abstract string Json(string parameter);

    protected abstract void AddId(DbCommand command, string name, Guid id);

    /// <summary>An id as a statement writes it: as a parameter, or in its text.</summary>
    protected virtual string Id(DbCommand command, string name, Guid id)
    {
        AddId(command, name, id);
        return "@" + name;
    }

    /// <summary>One of a few words as a statement writes it, likewise.</summary>
    protected virtual string Word(DbCommand command, string name, string word)
    {
        AddText(command, name, word);
        return name;
    }

    protected abstract Guid IdOf(object value);

    /// <summary>A statement that reads columns of the rows with these ids.</summary>
    public abstract string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids);

    /// <summary>A statement that reads columns of rows that are neither appended nor set aside.</summary>
    public virtual string SelectOpen(string columns, string where) => $"SELECT {columns} FROM {OutboxTable} WHERE appended_at IS NULL AND set_aside_at IS NULL AND {where}";

    /// <summary>Sets the text and parameters that read the oldest rows that are due.</summary>
    protected void FillDue(DbCommand command, string keyspace, int most)
    {
        command.CommandText = $"{SelectOpen(RowColumns, $"due_at <= {Now} AND keyspace = @keyspace")} ORDER BY seq LIMIT @most {SkipLocked}";
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

    private Task<IReadOnlySet<Guid>> FoundAsync(DbCommand command, IReadOnlyList<Guid> ids, bool isAsync, CancellationToken cancellationToken)
    {
        command.CommandText = SelectById(command, "id", ids);
        return ReadIdsAsync(command, ids.Count, isAsync, cancellationToken);
    }

    protected async Task<T> WithAsync<T>(Func<DbCommand, Task<T>> act, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false)) return await act(command).ConfigureAwait(false);
        }
    }

    protected static void AddText(DbCommand command, string name, string? value) => Add(command, name, DbType.String, value);

    protected static void AddNumber(DbCommand command, string name, long value) => Add(command, name, DbType.Int64, value);

    protected static void AddSeconds(DbCommand command, string name, TimeSpan value)
    {
        if (!command.Parameters.Contains(name)) Add(command, name, DbType.Double, value.TotalSeconds);
    }

    protected static void Add(DbCommand command, string name, DbType type, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    /// <summary>Sets the text and parameters that write rows. A statement that is not prepared is parsed each time, so it leaves out what its columns have by default.</summary>
    protected void FillSave(DbCommand command, string keyspace, TimeSpan grace, IReadOnlyList<RecordDraft> drafts)
    {
        var rows = new string?[drafts.Count][];
        for (var row = 0; row < rows.Length; row++) rows[row] = ValuesOf(drafts[row]);
        var withKeyspace = PreparesStatements || keyspace != DefaultKeyspace;
        if (withKeyspace) AddText(command, "@keyspace", keyspace);
        var due = After(command, "grace", grace);
        var text = new StringBuilder("INSERT INTO ", capacity: 512).Append(OutboxTable).Append(" (id, due_at");
        if (withKeyspace) text.Append(", keyspace");
        for (var at = 0; at < _columns.Length; at++)
        {
            if (IsWritten(at)) text.Append(", ").Append(_columns[at].Name);
        }
        for (var row = 0; row < rows.Length; row++)
        {
            var n = row == 0 ? "" : row.ToString(CultureInfo.InvariantCulture);
            text.Append(row == 0 ? ") VALUES (" : "), (").Append(Id(command, "id" + n, drafts[row].Id)).Append(", ").Append(due);
            if (withKeyspace) text.Append(", @keyspace");
            for (var at = 0; at < _columns.Length; at++)
            {
                if (!IsWritten(at)) continue;
                var (column, name, value) = (_columns[at], _columns[at].Parameter + n, rows[row][at]);
                if (!column.IsWord) AddText(command, name, value);
                text.Append(", ").Append(column.IsWord ? Word(command, name, value!) : column.IsJson ? Json(name) : name);
            }
        }
        command.CommandText = text.Append(") ON CONFLICT DO NOTHING").ToString();

        bool IsWritten(int at) => PreparesStatements || Array.Exists(rows, values => values[at] != _columns[at].Default);
    }

    private static string?[] ValuesOf(RecordDraft draft)
    {
        var values = new string?[_columns.Length];
        for (var at = 0; at < values.Length; at++) values[at] = _columns[at].Of(draft);
        return values;
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

    private static DbCommand In(DbTransaction transaction) => new OpenTransaction(transaction.Connection!, transaction).CreateCommand();

    internal static string ReadScript(string name)
    {
        using var script = typeof(OutboxDatabase).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(script).ReadToEnd();
    }
}

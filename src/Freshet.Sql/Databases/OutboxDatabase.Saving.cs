using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Freshet.Sql;

/// <remarks>Rows, written into a caller's transaction.</remarks>
internal abstract partial class OutboxDatabase
{
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
}

namespace Freshet.Sql;

/// <summary>Rows that are due, in the hands of one relay until it lets them go.</summary>
/// <param name="rows">The rows, oldest first.</param>
/// <param name="note">Writes down what became of them.</param>
/// <param name="held">What keeps them from other relays meanwhile; let go in turn.</param>
internal sealed class DueRows(IReadOnlyList<OutboxRow> rows, Func<RowFates, CancellationToken, Task> note, params IReadOnlyList<IAsyncDisposable> held) : IAsyncDisposable
{
    /// <summary>Nothing is due, or another relay has it.</summary>
    public static readonly DueRows None = new([], (_, _) => Task.CompletedTask);

    public IReadOnlyList<OutboxRow> Rows => rows;

    /// <summary>Notes in the database what became of them.</summary>
    public Task NoteAsync(RowFates fates, CancellationToken cancellationToken) => note(fates, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var each in held) await each.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>One step of a relay, whatever the database.</summary>
internal static class RelayStep
{
    /// <summary>Hands the oldest rows that are due to somebody who appends them, and then notes what became of them.</summary>
    /// <remarks>
    /// In this order. Were they marked before:
    ///   the relay marks a row -> its process ends, or the log does not answer -> every relay takes the row for done, and no record ever
    ///   follows a committed write.
    /// This way round the row is appended once more, and the log knows it by its id.
    /// </remarks>
    /// <param name="database">Where the rows are.</param>
    /// <param name="keyspace">Whose they are.</param>
    /// <param name="most">Most rows to hand over.</param>
    /// <param name="append">Appends them; null when the log did not take them, and nothing is to be noted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many rows were handed over.</returns>
    public static async Task<int> RelayAsync(
        this OutboxDatabase database, string keyspace, int most, Func<IReadOnlyList<OutboxRow>, Task<RowFates?>> append, CancellationToken cancellationToken)
    {
        var due = await database.TakeDueAsync(keyspace, most, cancellationToken).ConfigureAwait(false);
        await using (due.ConfigureAwait(false))
        {
            if (due.Rows.Count == 0 || await append(due.Rows).ConfigureAwait(false) is not { } fates) return 0;
            await due.NoteAsync(fates, cancellationToken).ConfigureAwait(false);
            return due.Rows.Count;
        }
    }
}

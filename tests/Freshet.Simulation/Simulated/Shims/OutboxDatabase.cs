using Freshet.Simulation;

namespace Freshet.Sql;

/// <summary>Stands before the real one in the simulated build: one process's way to the simulated database's outbox, one round trip per call. Rows are written and read as text, as in the real one.</summary>
internal sealed class OutboxDatabase(Scheduler scheduler, OutboxTable table, DatabaseLink link)
{
    public string ScriptName => "none";

    public string OutboxTable => "freshet_outbox";

    public string ClaimsTable => "freshet_claims";

    public string OperationsTable => "freshet_operations";

    public static string ReadScript(string name) => name;

    public Task CreateTablesAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> HasTableAsync(string name, CancellationToken cancellationToken) => link.CallAsync(() => true);

    /// <summary>It cannot ring: relays ask.</summary>
    public Task ListenAsync(Action rung, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SaveAsync(OpenTransaction within, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken)
    {
        var transaction = (SimTransaction)within.Transaction!;
        return link.CallAsync(() =>
        {
            transaction.Save(RowsOf(work.Drafts, grace));
            return true;
        });
    }

    /// <summary>One round trip, as on PostgreSQL: the rows, the commit, and what is committed.</summary>
    public Task<IReadOnlySet<Guid>> SaveAndCommitAsync(System.Data.Common.DbTransaction transaction, string keyspace, TimeSpan grace, ToSave work, CancellationToken cancellationToken) =>
        link.CallAsync(() =>
        {
            ((SimTransaction)transaction).Save(RowsOf(work.Drafts, grace));
            ((SimTransaction)transaction).CommitNow();
            return table.Committed([.. work.Drafts.Select(draft => draft.Id)]);
        });

    /// <summary>No action of a simulation is a delivery.</summary>
    public Task<bool> TryClaimAsync(OpenTransaction within, DeliveryClaim claim, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => link.CallAsync(() => table.Committed(ids));

    public Task MarkAsync(IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken) => link.CallAsync(() => table.Mark(rows));

    public Task<int> ReopenAsync(string keyspace, Epoch current, TimeSpan within, CancellationToken cancellationToken) => link.CallAsync(() => table.Reopen(current, within));

    public Task<OutboxState> StateAsync(string keyspace, TimeSpan grace, CancellationToken cancellationToken) => link.CallAsync(() => table.State(grace));

    public Task<int> PruneAsync(TimeSpan retention, TimeSpan claimRetention, int most, CancellationToken cancellationToken) => link.CallAsync(() => table.Prune(retention, most));

    public async Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken)
    {
        var session = new object();
        var rows = await link.CallAsync(() => table.TakeDue(session, link.Lane, most));
        return new DueRows(rows, (fates, _) => link.CallAsync(() => table.Note(session, fates)), new Session(() => link.CallAsync(() => table.LetGo(session))));
    }

    private List<SavedRow> RowsOf(IReadOnlyList<RecordDraft> drafts, TimeSpan grace) =>
        [.. drafts.Select(draft => new SavedRow(RowOf(draft)) { CreatedAt = scheduler.Now, DueAt = scheduler.Now + grace.Ticks })];

    private static OutboxRow RowOf(RecordDraft draft)
    {
        var by = draft.By!;
        return new OutboxRow(0, draft.Id, RecordJson.NameOf(by.Trigger), by.Action, by.Actor, draft.Call, draft.Event, draft.EventData, RecordJson.WriteInvalidations(draft.Invalidations), draft.Cause, by.TraceParent, 0);
    }

    private sealed class Session(Func<Task> close) : IAsyncDisposable
    {
        // A connection that cannot be closed in order is closed all the same.
        public async ValueTask DisposeAsync() => await close().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}

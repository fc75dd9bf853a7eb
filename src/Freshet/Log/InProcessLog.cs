using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The log of a single process: positions are given and applied under one lock, so an append is visible everywhere when it returns.</summary>
internal sealed class InProcessLog(
    Node node, RecordHistory history, CacheTargets targets, InvalidationCounters invalidations, ListenerFailures failures, ILogger<InProcessLog> logger)
    : FreshnessLog(node, history, targets, invalidations, logger)
{
    private readonly Lock _gate = new();
    private readonly AppendedIds _durable = new(); // guarded by _gate

    public override bool IsShared => false;

    public override TimeSpan Unconfirmed => TimeSpan.Zero;

    /// <summary>Appends at once.</summary>
    public override ValueTask<Appended> AppendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false, bool keepPending = true)
    {
        var before = wantsBefore ? new Dictionary<Tag, long>() : null;
        return new ValueTask<Appended>(new Appended(Append(writer, drafts, before), before));
    }

    /// <summary>In one process the node is at the head: there is nothing to wait for.</summary>
    public override bool TryStand(ConsistencyToken? token, long maxStaleness, out Standing standing)
    {
        standing = new Standing(true, 0, IsConfirmed: true);
        if (token is not { } wanted) return true;
        var applied = Position;
        // A token of another epoch comes from a log that is gone, and everything loaded under it is outdated: being at the head of
        // this one satisfies it (PROTOCOL 10).
        if (wanted.Epoch == applied.Epoch) standing = new Standing(wanted.Position <= applied.Position, wanted.Position, IsConfirmed: true);
        return true;
    }

    public override ValueTask<Standing> CatchUpAsync(ConsistencyToken? token, long maxStaleness, TimeSpan limit, CancellationToken cancellationToken)
    {
        TryStand(token, maxStaleness, out var standing);
        return new ValueTask<Standing>(standing);
    }

    private List<LogRecord> Append(Writer writer, IReadOnlyList<RecordDraft> drafts, Dictionary<Tag, long>? before)
    {
        var activity = AppendActivity.Start(writer, drafts.Count, failures); // listeners are strangers: before the gate and after it
        var records = new List<LogRecord>(drafts.Count);
        var earlier = new List<LogRecord>();
        lock (_gate)
        {
            var (epoch, position) = Position;
            foreach (var draft in drafts)
            {
                // An action and the relay may both find its row: whoever comes second learns where the first has put it.
                if (draft.IsDurable && _durable.TryFind(draft.Id, out var place))
                {
                    earlier.Add(LogRecord.Of(writer, draft, place.Position, place.At));
                    continue;
                }
                var record = LogRecord.Of(writer, draft, new LogPosition(epoch, ++position), Node.Clock.UtcNow);
                Node.Apply(record, before);
                History.Add(record);
                Targets.Apply(record); // after the history: a link that is just being made looks there
                if (draft.IsDurable) _durable.Add(record);
                records.Add(record);
            }
        }
        NoteAppended(records);
        if (earlier.Count > 0) records = [.. earlier.Concat(records).OrderBy(record => record.Position)];
        activity.End(records[^1].Position);
        return records;
    }
}

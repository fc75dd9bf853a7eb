using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The log of a single process: positions are given and applied under one lock, so an append is visible everywhere when it returns.</summary>
internal sealed class InProcessLog(
    Node node, RecordHistory history, CacheTargets targets, InvalidationCounters invalidations, ListenerFailures failures, ILogger<InProcessLog> logger) : IFreshnessLog
{
    private readonly Lock _gate = new();

    /// <summary>The foreign caches that this log drives.</summary>
    public CacheTargets Targets => targets;

    public LogPosition Position => node.Applied.Position;

    public IAsyncEnumerable<LogRecord> FollowAsync(long after, CancellationToken cancellationToken = default) =>
        history.FollowAsync(after, () => Position.Position, cancellationToken);

    /// <summary>Appends records in order, one after the other with none between, and applies them on this node before it returns (PROTOCOL 23).</summary>
    /// <param name="writer">Who appends.</param>
    /// <param name="drafts">What is appended.</param>
    /// <param name="before">Takes up each tag's last invalidation before these records (PROTOCOL 25); null when nobody asks.</param>
    public List<LogRecord> Append(Writer writer, IReadOnlyList<RecordDraft> drafts, Dictionary<Tag, long>? before = null)
    {
        var activity = AppendActivity.Start(writer, drafts.Count, failures); // listeners are strangers: before the gate and after it
        var records = new List<LogRecord>(drafts.Count);
        lock (_gate)
        {
            var (epoch, position) = node.Applied.Position;
            foreach (var draft in drafts)
            {
                var record = Number(writer, draft, epoch, ++position);
                node.Apply(record, before);
                history.Add(record);
                targets.Apply(record); // after the history: a link that is just being made looks there
                records.Add(record);
            }
        }
        invalidations.Note(records);
        activity.End(records[^1].Position);
        return records;
    }

    private LogRecord Number(Writer writer, RecordDraft draft, Epoch epoch, long position) => new()
    {
        Position = position,
        Id = draft.Id,
        Epoch = epoch,
        At = node.Clock.UtcNow,
        Trigger = writer.Trigger,
        Action = writer.Action,
        Actor = writer.Actor,
        Call = draft.Call,
        Event = draft.Event,
        EventValue = draft.EventValue,
        Invalidations = draft.Invalidations,
        TraceParent = writer.TraceParent,
        Cause = draft.Cause,
    };

    /// <summary>Writes the structured lines of records that were appended. Apart from appending, so that a log provider that throws finds everything done.</summary>
    public void WriteLines(IReadOnlyList<LogRecord> records)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        foreach (var record in records)
        {
            foreach (var invalidation in record.Invalidations)
                logger.Invalidated(record.Call, record.Event, invalidation.Tag, invalidation.Kind, record.Trigger, record.Action, record.Position);
        }
    }
}

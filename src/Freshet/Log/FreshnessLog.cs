using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>What became of handing records to the log.</summary>
/// <param name="Records">The records with their positions; empty while the log is away.</param>
/// <param name="Before">Each tag's last invalidation before these records (PROTOCOL 25); null when nobody asked.</param>
/// <param name="IsPending">Whether the log could not be reached in time: the records will follow (PROTOCOL 27).</param>
internal readonly record struct Appended(List<LogRecord> Records, IReadOnlyDictionary<Tag, long>? Before, bool IsPending = false);

/// <summary>Whether a read may be answered from the cache of this node, and what its data must include.</summary>
/// <param name="Reached">Whether the position of the reader's token is reached.</param>
/// <param name="Required">Position its data must include; 0 for none.</param>
/// <param name="IsConfirmed">Whether this node is known to be as current as the query's bound asks for (R4, R7).</param>
internal readonly record struct Standing(bool Reached, long Required, bool IsConfirmed);

/// <summary>The log as the engine uses it: in one process, or shared by many.</summary>
internal abstract class FreshnessLog(Node node, RecordHistory history, CacheTargets targets, InvalidationCounters invalidations, ILogger logger) : IFreshnessLog
{
    /// <summary><see cref="LogRecord.Call"/> of a hold.</summary>
    public const string HoldCall = "Hold";

    /// <summary><see cref="LogRecord.Call"/> of what ends a hold without being what it announced.</summary>
    public const string ReleaseCall = "Release";

    /// <summary>What became of holds.</summary>
    public HoldCounters Holds { get; } = new();

    /// <summary>The foreign caches that this log drives.</summary>
    public CacheTargets Targets => targets;

    public LogPosition Position => node.Applied.Position;

    protected Node Node => node;

    protected RecordHistory History => history;

    protected ILogger Logger => logger;

    public IAsyncEnumerable<LogRecord> FollowAsync(long after, CancellationToken cancellationToken = default) =>
        history.FollowAsync(after, () => Position.Position, cancellationToken);

    /// <summary>Whether it could not be reached last time.</summary>
    public virtual bool IsAway => false;

    /// <summary>Whether its epoch is the log's own: before a node has met a shared log, what it stands in is nobody's.</summary>
    public virtual bool IsMet => true;

    /// <summary>How long ago this node last was known to be at the log's head; since its start, before the first time.</summary>
    public abstract TimeSpan Unconfirmed { get; }

    /// <summary>Appends records in order, one after the other with none between. When it ends, this node has applied them (PROTOCOL 23), and so has every node whose high queries they concern (R7).</summary>
    /// <param name="writer">Who appends.</param>
    /// <param name="drafts">What is appended; at least one.</param>
    /// <param name="wantsBefore">Whether the tags' last invalidations before these records are asked for.</param>
    /// <param name="keepPending">Whether what the log does not take in time is kept here and handed over again. False for who keeps it elsewhere, and comes again: a relay.</param>
    public abstract ValueTask<Appended> AppendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false, bool keepPending = true);

    /// <summary>Whether other processes append to it and follow it too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Treats what records would invalidate as expired on this node, though the log does not have them yet.</summary>
    public void ExpireAhead(IReadOnlyCollection<RecordDraft> drafts) => node.ExpireAhead(drafts);

    /// <summary>Places holds (R8). When it ends, this node has applied them, and so has every node whose high queries they concern.</summary>
    /// <param name="writer">Who places them.</param>
    /// <param name="drafts">Their records; at least one.</param>
    /// <returns>The holds, to be closed when their action ends; null when the log could not take them in time, and nothing is promised between the commit and its append.</returns>
    public async ValueTask<IReadOnlyList<OpenHold>?> PlaceAsync(Writer writer, IReadOnlyList<RecordDraft> drafts)
    {
        var open = drafts.Select(draft => new OpenHold(writer, draft, node.Clock.Now)).ToList();
        // Before the log has it: somebody may end it at once. No test comes between: a node notes a release and publishes what stands
        // then under one lock, and only who adds the hold between the two would take it for standing and never hear that it was lost.
        foreach (var hold in open) node.OpenHolds.Add(hold);
        var appended = await AppendAsync(writer, drafts, keepPending: false).ConfigureAwait(false);
        foreach (var record in appended.Records) node.OpenHolds.NotePlaced(open.Find(hold => hold.Draft.Id == record.Id)!, record.Epoch);

        // Without a record: what they announce is in the log already, so nothing has to be held.
        var placed = open.FindAll(hold => hold.Epoch is not null);
        var isPlaced = !appended.IsPending && placed.TrueForAll(hold => Stands(hold.Release.Draft)); // or a read here would not know
        foreach (var hold in isPlaced ? open.Except(placed) : open) node.OpenHolds.Close(hold, default);
        if (isPlaced) return placed;
        for (var i = 0; i < open.Count; i++) Holds.Note(HoldOutcome.NotPlaced);
        logger.HoldNotPlaced(open.Count, writer.Action);
        return null;
    }

    /// <summary>Whether a hold of a draft stands, as far as this node knows.</summary>
    public bool Stands(Guid draft) => node.Applied.Holds?.Stands(draft) == true;

    /// <summary>Notes that the action of a hold has ended.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="outcome">What ends it.</param>
    /// <returns>Whether it stood until now.</returns>
    public bool CloseHold(OpenHold hold, HoldOutcome outcome)
    {
        var stood = node.OpenHolds.Close(hold, Position.Epoch) || outcome is HoldOutcome.Released or HoldOutcome.Left;
        Holds.Note(stood ? outcome : HoldOutcome.Late);
        Holds.NoteDuration(TimeSpan.FromMilliseconds(node.Clock.Now - hold.PlacedAt));
        return stood;
    }

    /// <summary>Refuses a record that could not be appended, while nothing is written yet.</summary>
    public virtual void Check(Writer writer, RecordDraft draft)
    {
    }

    /// <summary>How a read stands that nothing has to be waited for. False when something has: then <see cref="CatchUpAsync"/> does.</summary>
    public abstract bool TryStand(ConsistencyToken? token, long maxStaleness, out Standing standing);

    /// <summary>Brings this node to a reader's token and within its bound, waiting no longer than a limit.</summary>
    /// <param name="token">The reader's token; null for none.</param>
    /// <param name="maxStaleness">The query's bound in milliseconds.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<Standing> CatchUpAsync(ConsistencyToken? token, long maxStaleness, TimeSpan limit, CancellationToken cancellationToken);

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

    /// <summary>Counts what this node has appended. What others have appended, they count.</summary>
    protected void NoteAppended(IReadOnlyList<LogRecord> records) => invalidations.Note(records);
}

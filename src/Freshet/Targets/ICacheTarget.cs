namespace Freshet;

/// <summary>A cache that is not Freshet's and that the log drives: it is told every invalidation, in order. Add one with <c>AddFreshet().Drive("name", ...)</c>.</summary>
/// <remarks>
/// One call at a time, never on the thread of the write. A call that throws, or takes longer than
/// <see cref="CacheTargetOptions.CallTimeout"/>, is made again a few times; then the target is reset instead, because a cache that
/// missed an invalidation may hold anything. So a call may be repeated, and one that was given up may still be running when the next
/// comes: removing twice, or late, must do no harm. Records that a reset covers are not told one by one.
/// </remarks>
public interface ICacheTarget
{
    /// <summary>Removes what carries any of the record's tags.</summary>
    /// <param name="record">The record: tags with expire or mark stale and its deadline, position, event, trigger, call, epoch. Its list of invalidations is never empty.</param>
    /// <param name="cancellationToken">Cancelled when the call takes too long or the application stops.</param>
    /// <remarks>A cache that cannot serve old values until a deadline treats <see cref="InvalidationKind.MarkStale"/> as expire: that is never wrong, only less lazy.</remarks>
    ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken);

    /// <summary>Removes everything that depends on the log: the target may have missed an invalidation.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancelled when the call takes too long or the application stops.</param>
    ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken);
}

/// <summary>Why everything a target holds counts as outdated.</summary>
public enum ResetReason
{
    /// <summary>The application started. What the target kept from before may have missed an invalidation.</summary>
    Started,

    /// <summary>The log's epoch changed: it may have lost a record.</summary>
    EpochChanged,

    /// <summary>The target fell behind the log's retention, <see cref="FreshetOptions.LogRetention"/>.</summary>
    FellBehind,

    /// <summary>A record could not be applied and was given up.</summary>
    RecordFailed,

    /// <summary>An operator flushed a whole cached query or a whole kind of tag. What of it went into the target's values nobody knows.</summary>
    Flushed,
}

namespace Freshet;

/// <summary>How a value stands against the invalidations of its tags. Ordered: the worst of several tags counts.</summary>
internal enum Verdict
{
    Fresh,
    Stale,
    Expired,

    /// <summary>A write that would outdate it is on its way, and nobody knows whether it is committed (R8): the source knows.</summary>
    Held,
}

/// <summary>When a tag was last invalidated, as every entry that carries the tag sees it: one shared object, checked by a pointer read.</summary>
internal sealed class TagMark(Tag tag, long expiredAt) : Link
{
    // Written under MarkTable's gate, read without any lock. State before position, both ways:
    //   to stale: whoever sees the position sees the state behind it, else a value that may be served once would count as expired.
    //   to expired: the state is taken away -> a reader that still sees the old position finds an expiry there -> the new position.
    //   That reader was told "expired" of something that is about to be; the other way round it would be told "stale" of it, later.
    private MarkState? _state; // null while everything loaded before the last invalidation is expired: most tags, most of the time
    private long _lastInvalidatedAt = expiredAt;
    private long _unknownUpTo = expiredAt;

    public Tag Tag => tag;

    /// <summary>Number of loads and entries that hold this mark. Guarded by MarkTable's gate.</summary>
    public int Uses;

    /// <summary>Whether it was forgotten: its tag has another mark by now, or none. Guarded by MarkTable's gate.</summary>
    public bool IsForgotten;

    /// <summary>Position of the last invalidation of either kind; 0 when there was none.</summary>
    public long LastInvalidatedAt => Volatile.Read(ref _lastInvalidatedAt);

    /// <summary>Position up to which this node does not know the tag's invalidations, and takes the worst for granted.</summary>
    public long UnknownUpTo => Volatile.Read(ref _unknownUpTo);

    public Verdict Judge(long loadedAt, long now) =>
        LastInvalidatedAt <= loadedAt ? Verdict.Fresh : Volatile.Read(ref _state)?.Judge(loadedAt, now) ?? Verdict.Expired;

    /// <summary>Until when a value may still be served that was marked stale, by the node's clock; null when it was not, or has expired anyway.</summary>
    public long? DeadlineOf(long loadedAt) => LastInvalidatedAt <= loadedAt ? null : Volatile.Read(ref _state)?.DeadlineOf(loadedAt);

    /// <summary>The caller holds MarkTable's gate.</summary>
    public void ApplyLocked(InvalidationKind kind, long position, long now, long deadline)
    {
        var state = kind == InvalidationKind.Expire
            ? _state?.Expire(position)
            : (_state ?? MarkState.ExpiredAtPosition(_lastInvalidatedAt)).MarkStale(position, deadline, now);
        Volatile.Write(ref _state, state is { HasStaleMarks: true } ? state : null);
        Volatile.Write(ref _lastInvalidatedAt, Math.Max(position, _lastInvalidatedAt));
    }

    /// <summary>Replaces what was taken for granted by what the shared log knows; what was applied here since stays. The caller holds MarkTable's gate.</summary>
    public void MergeLocked(FetchedMark fetched, long forgottenUpTo, long now)
    {
        if (_unknownUpTo == 0) return; // everything is known here
        var granted = Math.Min(forgottenUpTo, _unknownUpTo); // what the log has forgotten of later, this node was told itself
        var own = _state ?? (_lastInvalidatedAt > _unknownUpTo ? MarkState.ExpiredAtPosition(_lastInvalidatedAt) : MarkState.ExpiredAtPosition(0));
        var theirs = MarkState.From(Math.Max(fetched.ExpiredAt, granted), fetched.StaleMarks.Select(mark => new MarkState.StaleMark(mark.At, now + (long)mark.Remaining.TotalMilliseconds)));
        var merged = MarkState.Merge(own.WithoutExpiryAt(_unknownUpTo), theirs);
        var last = Math.Max(merged.LastAt, _lastInvalidatedAt > _unknownUpTo ? _lastInvalidatedAt : 0);
        Volatile.Write(ref _unknownUpTo, granted);
        Volatile.Write(ref _state, merged.HasStaleMarks ? merged : null);
        Volatile.Write(ref _lastInvalidatedAt, last);
    }
}

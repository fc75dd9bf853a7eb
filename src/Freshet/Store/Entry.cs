namespace Freshet;

/// <summary>A loaded value with what decides whether it may still be served.</summary>
/// <remarks>
/// Also its own place in the node's list of entries: a separate list node would cost every entry 40 bytes and the hand a second
/// pointer. <see cref="Older"/>, <see cref="Newer"/> and <see cref="IsLinked"/> are guarded by <see cref="NodeStore"/>'s gate.
/// </remarks>
internal abstract class Entry(AppliedPosition captured, TagMark[] marks, long capturedAt, long expiresAt, long? version, bool isCacheable)
{
    /// <summary>Version of a value that has none though its query declares one, such as null for "not found": below every minimum.</summary>
    public const long NoVersion = long.MinValue;

    private readonly long _version = version.GetValueOrDefault(); // its flag apart, among the small fields: 8 bytes fewer than a long?
    private readonly bool _hasVersion = version.HasValue;
    private long _expiresAt = expiresAt;
    private long _refreshAt = expiresAt;
    private EntryStore? _home;
    private object? _key;

    /// <summary>Whether it was read since the hand last passed. Set by reads without a lock: a lost race costs a bit of luck in eviction, nothing else.</summary>
    public bool Visited;

    public bool IsLinked;

    public Entry? Older;

    public Entry? Newer;

    /// <summary>Sequence of the node's applied position at which the marks were last found unchanged. A lost race between two readers leaves the lower one: checked once more, never wrong.</summary>
    public long CheckedSequence;

    /// <summary>Epoch and position fully applied before the load began.</summary>
    public LogPosition Loaded => captured.Position;

    public TagMark[] Marks => marks;

    public long CapturedAt => capturedAt;

    /// <summary>When it dies, by the node's clock in milliseconds.</summary>
    public long ExpiresAt => Volatile.Read(ref _expiresAt);

    /// <summary>From when on the next read starts a load that replaces it, though it may still be good. At most <see cref="ExpiresAt"/>, so a hit compares with this alone.</summary>
    public long RefreshAt
    {
        get => Volatile.Read(ref _refreshAt);
        set => Volatile.Write(ref _refreshAt, Math.Min(value, ExpiresAt));
    }

    public long? Version => _hasVersion ? _version : null;

    /// <summary>Whether the loader allowed storing it.</summary>
    public bool IsCacheable => isCacheable;

    /// <summary>The store it was put into.</summary>
    public EntryStore Home => _home!;

    /// <summary>Its arguments, by which it is found again to be evicted.</summary>
    public object Key => _key!;

    /// <summary>What it takes in memory, by the estimate its store made.</summary>
    public int Bytes { get; private set; }

    /// <summary>Tells it where it is stored, before anybody can find it there.</summary>
    public void Settle(EntryStore home, object key, int bytes)
    {
        _home = home;
        _key = key;
        Bytes = bytes;
    }

    /// <summary>How the entry stands at an applied position that was read before this call; stamps it when fresh (PROTOCOL 3).</summary>
    public Verdict Judge(AppliedPosition applied, long now)
    {
        if (Volatile.Read(ref CheckedSequence) == applied.Sequence) return Verdict.Fresh;
        if (Loaded.Epoch != applied.Position.Epoch) return Verdict.Expired;

        var verdict = Verdict.Fresh;
        foreach (var mark in marks)
        {
            var judged = mark.Judge(Loaded.Position, now);
            if (judged > verdict) verdict = judged;
        }
        if (verdict == Verdict.Fresh) Volatile.Write(ref CheckedSequence, applied.Sequence);
        return verdict;
    }

    /// <summary>Whether any of its tags was invalidated, either way, after its load began.</summary>
    public bool WasInvalidated => InvalidatedAfterLoad(Loaded.Position, marks);

    /// <summary>Gives its marks back to the table they came from.</summary>
    public void ReleaseMarks() => captured.Marks.Release(marks);

    public static bool InvalidatedAfterLoad(long loadedAt, TagMark[] marks)
    {
        foreach (var mark in marks)
        {
            if (mark.LastInvalidatedAt > loadedAt) return true;
        }
        return false;
    }

    /// <summary>Brings the end of life forward, when configuration shortens the time to live. Never back.</summary>
    public void ExpireBy(long expiresAt)
    {
        if (expiresAt >= ExpiresAt) return;
        Volatile.Write(ref _expiresAt, expiresAt);
        if (expiresAt < RefreshAt) RefreshAt = expiresAt;
    }
}

internal sealed class Entry<TValue>(TValue value, AppliedPosition captured, TagMark[] marks, long capturedAt, long expiresAt, long? version, bool isCacheable)
    : Entry(captured, marks, capturedAt, expiresAt, version, isCacheable)
{
    public TValue Value => value;
}

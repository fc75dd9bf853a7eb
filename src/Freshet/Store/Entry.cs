namespace Freshet;

/// <summary>A loaded value with what decides whether it may still be served.</summary>
/// <remarks>
/// Also its own place in its query's table, and in the node's list of entries: separate nodes would cost every entry 90 bytes and each
/// hit a second pointer. <see cref="Older"/>, <see cref="Newer"/> and <see cref="IsLinked"/> are guarded by <see cref="NodeStore"/>'s
/// gate, <see cref="Link.Next"/> by its <see cref="EntryStore"/>'s.
/// </remarks>
internal abstract class Entry(AppliedPosition captured, TagMark[] marks, long capturedAt, long expiresAt, long? version, bool isCacheable)
    : Link
{
    /// <summary>Version of a value that has none though its query declares one, such as null for "not found": below every minimum.</summary>
    public const long NoVersion = long.MinValue;

    // The position and the marks apart: the whole of what the load captured would keep 56 bytes alive per position of the log.
    private readonly MarkTable _table = captured.Marks;
    private readonly long _loadedAt = captured.Position.Position;
    private readonly long _version = version.GetValueOrDefault(); // its flag apart, among the small fields: 8 bytes fewer than a long?
    private readonly bool _hasVersion = version.HasValue;
    private uint _livesFor = After(capturedAt, expiresAt); // milliseconds from the capture, as the next one
    private uint _refreshAfter = After(capturedAt, expiresAt);
    private EntryStore? _home;

    /// <summary>Whether it was read since the hand last passed. Set by reads without a lock: a lost race costs a bit of luck in eviction, nothing else.</summary>
    public bool Visited;

    public bool IsLinked;

    public Entry? Older;

    public Entry? Newer;

    /// <summary>Sequence of the node's applied position at which the marks were last found unchanged. A lost race between two readers leaves the lower one: checked once more, never wrong.</summary>
    public long CheckedSequence;

    /// <summary>Epoch and position fully applied before the load began.</summary>
    public LogPosition Loaded => new(_table.Epoch, _loadedAt);

    /// <summary>As validAt of an answer: an empty interval, since no position is known at which the value was valid. It shows no less than what was committed before it was loaded, and perhaps more.</summary>
    public long ValidNowhere => _loadedAt - 1;

    public TagMark[] Marks => marks;

    public long CapturedAt => capturedAt;

    /// <summary>When it dies, by the node's clock in milliseconds. Never before the capture, and 49 days after it at most.</summary>
    public long ExpiresAt => capturedAt + Volatile.Read(ref _livesFor);

    /// <summary>From when on the next read starts a load that replaces it, though it may still be good. At most <see cref="ExpiresAt"/>, so a hit compares with this alone.</summary>
    public long RefreshAt
    {
        get => capturedAt + Volatile.Read(ref _refreshAfter);
        set
        {
            var after = After(capturedAt, value);
            // Once more when its life was shortened meanwhile: a hit looks at this number alone.
            do Volatile.Write(ref _refreshAfter, Math.Min(after, Volatile.Read(ref _livesFor)));
            while (Volatile.Read(ref _refreshAfter) > Volatile.Read(ref _livesFor));
        }
    }

    public long? Version => _hasVersion ? _version : null;

    /// <summary>Whether the loader allowed storing it.</summary>
    public bool IsCacheable => isCacheable;

    /// <summary>The store it was put into.</summary>
    public EntryStore Home => _home!;

    /// <summary>What it takes in memory, by the estimate its store made.</summary>
    public int Bytes { get; private set; }

    /// <summary>Tells it where it is stored, before anybody can find it there.</summary>
    public void Settle(EntryStore home, uint hash, int bytes)
    {
        _home = home;
        Hash = hash;
        Bytes = bytes;
    }

    /// <summary>How the entry stands at an applied position that was read before this call; stamps it when fresh (PROTOCOL 3).</summary>
    /// <param name="applied">The position.</param>
    /// <param name="now">The node's clock.</param>
    /// <param name="holds">The holds that stand at the position, for a value that must never be older than the last commit (R8); null for others.</param>
    public Verdict Judge(AppliedPosition applied, long now, StandingHolds? holds = null)
    {
        if (Volatile.Read(ref CheckedSequence) == applied.Sequence) return Verdict.Fresh;
        if (!ReferenceEquals(_table, applied.Marks)) return Verdict.Expired; // a table belongs to one epoch, so this compares epochs
        // Not stamped: the hold's own record has moved the sequence on, and so will the one that ends it.
        if (holds is not null && holds.Touch(marks)) return Verdict.Held;
        if (InvalidatedAfterLoad(_loadedAt, marks) && Worst(now) is var verdict and not Verdict.Fresh) return verdict;
        Volatile.Write(ref CheckedSequence, applied.Sequence);
        return Verdict.Fresh;
    }

    private Verdict Worst(long now)
    {
        var worst = Verdict.Fresh;
        foreach (var mark in marks)
        {
            var judged = mark.Judge(_loadedAt, now);
            if (judged > worst) worst = judged;
        }
        return worst;
    }

    /// <summary>Whether it was loaded before a position of an epoch, which its marks stand for.</summary>
    public bool WasLoadedBefore(MarkTable epoch, long position) => ReferenceEquals(_table, epoch) && _loadedAt < position;

    /// <summary>Whether any of its tags was invalidated, either way, after its load began.</summary>
    public bool WasInvalidated => InvalidatedAfterLoad(_loadedAt, marks);

    /// <summary>Gives its marks back to the table they came from.</summary>
    public void ReleaseMarks() => _table.Release(marks);

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
        var livesFor = After(capturedAt, expiresAt);
        if (livesFor >= Volatile.Read(ref _livesFor)) return;
        Volatile.Write(ref _livesFor, livesFor);
        if (livesFor < Volatile.Read(ref _refreshAfter)) Volatile.Write(ref _refreshAfter, livesFor);
    }

    // 32 bits hold 49 days, and no time to live is longer than 30. A moment before the capture is the capture: dead from the start.
    private static uint After(long capturedAt, long moment) =>
        moment <= capturedAt ? 0 : moment - capturedAt is var after and < uint.MaxValue and > 0 ? (uint)after : uint.MaxValue;
}

/// <summary>An entry with its value, to those who found it.</summary>
internal abstract class Entry<TValue>(TValue value, AppliedPosition captured, TagMark[] marks, long capturedAt, long expiresAt, long? version, bool isCacheable)
    : Entry(captured, marks, capturedAt, expiresAt, version, isCacheable)
{
    public TValue Value => value;
}

/// <summary>An entry with the key it is found by.</summary>
internal sealed class Entry<TArgs, TValue>(
    TArgs key, TValue value, AppliedPosition captured, TagMark[] marks, long capturedAt, long expiresAt, long? version, bool isCacheable)
    : Entry<TValue>(value, captured, marks, capturedAt, expiresAt, version, isCacheable) where TArgs : notnull
{
    public readonly TArgs Key = key;
}

namespace Freshet;

/// <summary>What a tag's invalidations mean for a value, whenever it was loaded: one expiry and a short list of stale marks (PROTOCOL 14). Immutable.</summary>
/// <remarks>
/// One stale slot is not enough. Stale at 5 until noon, then stale at 9 until one o'clock: a value loaded at 3 dies at noon, one
/// loaded at 7 at one o'clock, and one loaded at 10 not at all. Keeping only the last mark would let the first live on; keeping the
/// earliest deadline for everyone would kill the second too soon.
/// </remarks>
internal class MarkState
{
    /// <summary>Most stale marks kept. Past it the two nearest deadlines become one, the earlier: stricter, never looser.</summary>
    internal const int MostStaleMarks = 16;

    private readonly long _expiredAt;
    private readonly StaleMark _first; // the oldest; default for none, as positions begin at 1

    private MarkState(long expiredAt, StaleMark first)
    {
        _expiredAt = expiredAt;
        _first = first;
    }

    internal readonly record struct StaleMark(long At, long Deadline)
    {
        public Verdict Judge(long now) => now >= Deadline ? Verdict.Expired : Verdict.Stale;
    }

    internal long ExpiredAt => _expiredAt;

    /// <summary>Whether anything is stale rather than expired.</summary>
    public bool HasStaleMarks => _first != default;

    /// <summary>Positions and deadlines both ascend.</summary>
    internal StaleMark[] StaleMarks => HasStaleMarks ? [_first, .. Later] : [];

    private protected virtual ReadOnlySpan<StaleMark> Later => [];

    public static MarkState ExpiredAtPosition(long position) => new(position, default);

    public Verdict Judge(long loadedAt, long now)
    {
        if (_expiredAt > loadedAt) return Verdict.Expired;
        // Deadlines ascend, so the first mark after the load has the deadline that counts.
        if (_first.At > loadedAt) return _first.Judge(now);
        foreach (var mark in Later)
        {
            if (mark.At > loadedAt) return mark.Judge(now);
        }
        return Verdict.Fresh;
    }

    /// <summary>An expiry makes every earlier stale mark pointless: what they cover is expired anyway.</summary>
    public MarkState Expire(long position)
    {
        var kept = new List<StaleMark>();
        foreach (var mark in StaleMarks)
        {
            if (mark.At > position) kept.Add(mark);
        }
        return Of(Math.Max(_expiredAt, position), kept);
    }

    /// <summary>A stale mark replaces earlier ones that would last as long or longer; it never weakens an expiry.</summary>
    /// <remarks>Positions mostly come in order. Where a state that was read from the shared log is ahead of this node, they do not.</remarks>
    public MarkState MarkStale(long position, long deadline, long now)
    {
        if (LastAt >= position) return From(_expiredAt, [.. StaleMarks, new StaleMark(position, deadline)]);
        var (expiredAt, kept) = (_expiredAt, new List<StaleMark>());
        foreach (var mark in StaleMarks)
        {
            if (mark.Deadline <= now) expiredAt = Math.Max(expiredAt, mark.At);
            else if (mark.Deadline < deadline) kept.Add(mark);
        }
        kept.Add(new StaleMark(position, deadline));
        if (kept.Count > MostStaleMarks) MergeNearest(kept);
        return Of(expiredAt, kept);
    }

    /// <summary>A state from its parts, whatever their order.</summary>
    public static MarkState From(long expiredAt, IEnumerable<StaleMark> marks)
    {
        var kept = new List<StaleMark>();
        // From the last to the first: a mark counts only if it ends before every later one (PROTOCOL 14).
        foreach (var mark in marks.OrderByDescending(mark => mark.At).ThenBy(mark => mark.Deadline))
        {
            if (mark.At > expiredAt && (kept.Count == 0 || (mark.At < kept[^1].At && mark.Deadline < kept[^1].Deadline))) kept.Add(mark);
        }
        kept.Reverse();
        while (kept.Count > MostStaleMarks) MergeNearest(kept);
        return Of(expiredAt, kept);
    }

    /// <summary>Both states' invalidations together. Each may know some of the other's.</summary>
    public static MarkState Merge(MarkState one, MarkState other) =>
        From(Math.Max(one._expiredAt, other._expiredAt), [.. one.StaleMarks, .. other.StaleMarks]);

    /// <summary>Position of the last invalidation that is part of it.</summary>
    public long LastAt => !HasStaleMarks ? _expiredAt : Later is [.., var last] ? last.At : _first.At;

    /// <summary>The same without an expiry that was only taken for granted, up to a position.</summary>
    public MarkState WithoutExpiryAt(long position) => _expiredAt > position ? this : Of(0, [.. StaleMarks]);

    private static MarkState Of(long expiredAt, List<StaleMark> marks) => marks switch
    {
        [] => ExpiredAtPosition(expiredAt),
        [var only] => new MarkState(expiredAt, only),
        [var first, .. var later] => new Longer(expiredAt, first, [.. later]),
    };

    private static void MergeNearest(List<StaleMark> marks)
    {
        var nearest = 1;
        for (var i = 2; i < marks.Count; i++)
        {
            if (marks[i].Deadline - marks[i - 1].Deadline < marks[nearest].Deadline - marks[nearest - 1].Deadline) nearest = i;
        }
        marks[nearest] = marks[nearest] with { Deadline = marks[nearest - 1].Deadline };
        marks.RemoveAt(nearest - 1);
    }

    /// <summary>The rare state with more than one stale mark. The common one has no list: it takes 40 bytes instead of 80.</summary>
    private sealed class Longer(long expiredAt, StaleMark first, StaleMark[] later) : MarkState(expiredAt, first)
    {
        private protected override ReadOnlySpan<StaleMark> Later => later;
    }
}

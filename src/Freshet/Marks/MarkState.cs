namespace Freshet;

/// <summary>What a tag's invalidations mean for a value, whenever it was loaded: one expiry and a short list of stale marks (PROTOCOL 14). Immutable.</summary>
/// <remarks>
/// One stale slot is not enough. Stale at 5 until noon, then stale at 9 until one o'clock: a value loaded at 3 dies at noon, one
/// loaded at 7 at one o'clock, and one loaded at 10 not at all. Keeping only the last mark would let the first live on; keeping the
/// earliest deadline for everyone would kill the second too soon.
/// </remarks>
internal sealed class MarkState
{
    /// <summary>Most stale marks kept. Past it the two nearest deadlines become one, the earlier: stricter, never looser.</summary>
    internal const int MostStaleMarks = 16;

    private readonly long _expiredAt;
    private readonly StaleMark[] _stale; // positions and deadlines both ascend

    private MarkState(long expiredAt, StaleMark[] stale)
    {
        _expiredAt = expiredAt;
        _stale = stale;
    }

    internal readonly record struct StaleMark(long At, long Deadline);

    internal long ExpiredAt => _expiredAt;

    internal ReadOnlySpan<StaleMark> StaleMarks => _stale;

    public static MarkState ExpiredAtPosition(long position) => new(position, []);

    public Verdict Judge(long loadedAt, long now)
    {
        if (_expiredAt > loadedAt) return Verdict.Expired;
        foreach (var mark in _stale)
        {
            // Deadlines ascend, so the first mark after the load has the deadline that counts.
            if (mark.At > loadedAt) return now >= mark.Deadline ? Verdict.Expired : Verdict.Stale;
        }
        return Verdict.Fresh;
    }

    /// <summary>An expiry makes every earlier stale mark pointless: what they cover is expired anyway.</summary>
    public MarkState Expire(long position) => new(
        Math.Max(_expiredAt, position), _stale.Length == 0 ? _stale : [.. _stale.Where(mark => mark.At > position)]);

    /// <summary>A stale mark replaces earlier ones that would last as long or longer; it never weakens an expiry.</summary>
    public MarkState MarkStale(long position, long deadline, long now)
    {
        var (expiredAt, kept) = (_expiredAt, new List<StaleMark>(_stale.Length + 1));
        foreach (var mark in _stale)
        {
            if (mark.Deadline <= now) expiredAt = Math.Max(expiredAt, mark.At);
            else if (mark.Deadline < deadline) kept.Add(mark);
        }
        kept.Add(new StaleMark(position, deadline));
        if (kept.Count > MostStaleMarks) MergeNearest(kept);
        return new MarkState(expiredAt, [.. kept]);
    }

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
}

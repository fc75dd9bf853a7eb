namespace Freshet.Tests.Properties;

/// <summary>The reference for marks: every invalidation is kept, and every question is answered by looking at all of them.</summary>
internal sealed class InvalidationList
{
    private readonly List<Record> _records = [];

    internal readonly record struct Record(Tag Tag, InvalidationKind Kind, long Position, long Deadline);

    public void Expire(Tag tag, long position) => _records.Add(new Record(tag, InvalidationKind.Expire, position, 0));

    public void MarkStale(Tag tag, long position, long deadline) => _records.Add(new Record(tag, InvalidationKind.MarkStale, position, deadline));

    /// <summary>Expired: some tag was expired after the load, or marked stale after it with a deadline that has passed. Stale: only marked stale. Else fresh.</summary>
    /// <param name="tags">Tags of the value.</param>
    /// <param name="loadedAt">Position it was loaded at.</param>
    /// <param name="now">The time.</param>
    /// <param name="upTo">Invalidations after this position have not happened yet.</param>
    public Verdict Judge(IEnumerable<Tag> tags, long loadedAt, long now, long upTo = long.MaxValue)
    {
        var after = _records.Where(record => record.Position > loadedAt && record.Position <= upTo && tags.Contains(record.Tag)).ToList();
        if (after.Count == 0) return Verdict.Fresh;
        return after.Exists(record => record.Kind == InvalidationKind.Expire || now >= record.Deadline) ? Verdict.Expired : Verdict.Stale;
    }

    /// <summary>When a value with one tag, now stale, will have expired.</summary>
    public long DiesAt(Tag tag, long loadedAt) =>
        _records.Where(record => record.Tag == tag && record.Position > loadedAt).Min(record => record.Deadline);

    /// <summary>Stale marks of a tag without which some value would be judged otherwise, oldest first: not expired over, not passed, and not followed by one with an earlier or equal deadline.</summary>
    public List<Record> Needed(Tag tag, long now) =>
    [
        .. _records
            .Where(mark => mark.Tag == tag && mark.Kind == InvalidationKind.MarkStale && mark.Deadline > now
                && !_records.Exists(other => other.Tag == tag
                    && (other.Kind == InvalidationKind.Expire ? other.Position >= mark.Position : other.Position > mark.Position && other.Deadline <= mark.Deadline)))
            .OrderBy(mark => mark.Position),
    ];
}

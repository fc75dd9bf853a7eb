namespace Freshet;

/// <summary>Tags that count as expired on this node though it has not applied a record that says so: of writes that the log could not take yet.</summary>
/// <remarks>
/// Their marks alone do not do for what comes from the second level. They stand at the next position, and that is soon another's:
///   this node is cut off at 5, commits, and expires the tag as of 6 -> it reads 6 to 9 of others -> it finds a value that another node
///   loaded at 9, before the commit: 9 is past 6. Or the mark is forgotten -> the log, asked for it, knows nothing of the write.
/// </remarks>
internal sealed class ExpiredAhead
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (IReadOnlyList<Invalidation> Invalidations, long Until)> _records = []; // guarded by _gate
    private volatile bool _isEmpty = true;

    /// <summary>Notes records that are yet to come.</summary>
    /// <param name="drafts">The records.</param>
    /// <param name="until">When whatever was loaded before them has died, by the node's clock: no record may ever come.</param>
    public void Add(IEnumerable<RecordDraft> drafts, long until)
    {
        lock (_gate)
        {
            foreach (var draft in drafts) _records[draft.Id] = (draft.Invalidations, until);
            _isEmpty = _records.Count == 0;
        }
    }

    /// <summary>A record was applied: its mark says all.</summary>
    public void Remove(Guid record)
    {
        if (_isEmpty) return;
        lock (_gate)
        {
            _records.Remove(record);
            _isEmpty = _records.Count == 0;
        }
    }

    /// <summary>Whether any of these marks is of a tag that is expired ahead.</summary>
    public bool Touches(IReadOnlyList<TagMark> marks, long now)
    {
        if (_isEmpty) return false;
        lock (_gate)
        {
            foreach (var (record, (_, until)) in _records)
            {
                if (until <= now) _records.Remove(record);
            }
            _isEmpty = _records.Count == 0;
            return _records.Values.Any(each => each.Invalidations.Any(invalidation => marks.Any(mark => mark.Tag == invalidation.Tag)));
        }
    }
}

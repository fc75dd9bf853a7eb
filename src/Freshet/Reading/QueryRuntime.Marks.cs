namespace Freshet;

/// <remarks>The marks of values that all carry the same tags: found once, and shared by all entries.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private MarkTable? _sameTable; // both guarded by Gate
    private TagMark[] _sameMarks = [];

    /// <summary>The marks of a load that begins.</summary>
    /// <param name="table">The table of its position.</param>
    /// <param name="tags">Its declared tags.</param>
    internal TagMark[] AcquireLocked(MarkTable table, IReadOnlyList<Tag> tags)
    {
        if (tags.Count == 0) return [];
        if (!ReferenceEquals(tags, Query.SameTags)) return table.Acquire(tags);
        // Of this table: marks of an epoch that was left are told nothing any more.
        if (!ReferenceEquals(_sameTable, table) || !table.TryAcquire(_sameMarks)) (_sameTable, _sameMarks) = (table, table.Acquire(tags));
        return _sameMarks;
    }

    // A query that is not read any more must not keep the marks of an epoch that was left.
    private void ForgetOtherMarks()
    {
        lock (Gate)
        {
            if (!ReferenceEquals(_sameTable, Node.Applied.Marks)) (_sameTable, _sameMarks) = (null, []);
        }
    }
}

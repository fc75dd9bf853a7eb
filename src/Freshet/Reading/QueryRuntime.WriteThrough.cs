namespace Freshet;

/// <remarks>Values that a writer hands over, so that the next read need not load them.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>Refuses a value that cannot be written through, before anything is recorded.</summary>
    /// <exception cref="WriteThroughException">Its tags or its version cannot be known here.</exception>
    internal void RequireCanBeWritten(TArgs args, TValue value)
    {
        _ = Query.KeyOf(args);
        if (Query.VersionMember is null)
            throw new WriteThroughException(Name, "its values carry no version, so of two writes nobody could tell the newer", "Declare the version with .VersionedBy(value => value.Version).");
        if (Query.TagsFound.Count + Query.QueriesRead.Count > 0)
            throw new WriteThroughException(Name, "some of its tags are found only while loading", "Raise the event and let the next read load it.");
        if (Query.VersionOf(value) is null or Entry.NoVersion)
            throw new WriteThroughException(Name, "the value is null or has no version", "Raise the event and let the next read find that it is gone.");
    }

    /// <summary>Stores a written value unless a newer one is there.</summary>
    internal void StoreWritten(TArgs args, TValue value, WrittenAt written, long writtenAt) =>
        StoreAt(args, value, (marks, table) => WasFlushedSince(written.BegunAt, marks, table) ? written.BegunAt : written.LoadedAt(marks), writtenAt, writtenAt + JitteredTimeToLive());

    /// <remarks>
    /// A flush is another writer too, whose mark stands under another name than the tags', in the log as well:
    ///   a write begins at 5 -> rows are mended by hand and their kind is flushed at 7 -> the write appends at 9. What it read before
    ///   they were mended, stored as of 9, would outlive the flush (PROTOCOL 25).
    /// </remarks>
    private bool WasFlushedSince(LogPosition begunAt, TagMark[] marks, MarkTable table)
    {
        if (table.Epoch != begunAt.Epoch) return true;
        if (Volatile.Read(ref _flushed) is { } flushed && ReferenceEquals(flushed.Epoch, table) && flushed.Position > begunAt.Position) return true;
        return Array.Exists(marks, mark => table.FlushedAt(mark.Tag.Kind) > begunAt.Position);
    }

    /// <summary>Stores a value that a caller set, as of the position of its own record.</summary>
    internal void StoreSet(TArgs args, TValue value, LogPosition setAt, TimeSpan livesFor)
    {
        var now = Clock.Now;
        StoreAt(args, value, (_, _) => setAt, now, now + (long)livesFor.TotalMilliseconds);
    }

    private void StoreAt(TArgs args, TValue value, Func<TagMark[], MarkTable, LogPosition> loadedAt, long capturedAt, long expiresAt)
    {
        var applied = Node.Applied;
        var marks = applied.Marks.Acquire(Query.TagsOf(args));
        var stored = false;
        Entry<TArgs, TValue>? entry = null;
        try
        {
            var at = loadedAt(marks, applied.Marks);
            // Of a log that is gone it is outdated anyway (PROTOCOL 5). Ahead of what is applied here nobody can tell: this node stands
            // at 5 -> another's record 7 invalidated a tag that this write did not -> stored as of 9, the value would outlive it.
            if (at.Epoch != applied.Position.Epoch || at.Position > applied.Position.Position) return;
            var captured = new AppliedPosition(at, applied.Marks, applied.Sequence);
            entry = new Entry<TArgs, TValue>(Kept(args), value, captured, marks, capturedAt, expiresAt, Query.VersionOf(value), isCacheable: true);
            var bytes = _store.Estimate(args, entry); // runs the query's own code, so before the gate
            lock (Gate)
            {
                entry.ExpireBy(entry.CapturedAt + LongestTimeToLive()); // the policy may have been tightened meanwhile
                // By version too, whatever the positions: what was served is not taken back.
                if (!(FloorOf(args, marks.Select(mark => mark.Tag)) > entry.Version) && entry.Judge(applied, Clock.Now, HoldsAt(applied)) == Verdict.Fresh && !WasFlushed(entry)) stored = _store.PutLocked(args, entry, bytes);
            }
        }
        finally
        {
            if (!stored) applied.Marks.Release(marks);
        }
        if (!stored) return;
        _store.MakeRoom(entry!);
        SecondLevel?.Offer(entry!, TimeSpan.Zero);
    }
}

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
    internal void StoreWritten(TArgs args, TValue value, WrittenAt written, long writtenAt)
    {
        var applied = Node.Applied;
        var marks = applied.Marks.Acquire(Query.TagsOf(args));
        var captured = new AppliedPosition(written.LoadedAt(marks), applied.Marks, applied.Sequence);
        var entry = new Entry<TValue>(value, captured, marks, writtenAt, writtenAt + JitteredTimeToLive(), Query.VersionOf(value), isCacheable: true);
        var stored = false;
        try
        {
            var bytes = _store.Estimate(args, entry); // runs the query's own code, so before the gate
            lock (Gate)
            {
                // By version too, whatever the positions: what was served is not taken back.
                if (!(FloorOf(args) > entry.Version) && entry.Judge(applied, Clock.Now) == Verdict.Fresh) stored = _store.PutLocked(args, entry, bytes);
            }
        }
        finally
        {
            if (!stored) applied.Marks.Release(marks);
        }
        if (stored) MakeRoom(entry);
    }
}

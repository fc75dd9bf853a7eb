namespace Freshet;

/// <summary>The entries of one cached query, as the node that bounds them all sees it.</summary>
/// <remarks>
/// Entries leave by reference: neither an eviction nor a sweep asks a key for its hash code or compares it. A key whose Equals throws
/// fails the reads that use it, and nothing else.
/// </remarks>
internal abstract class EntryStore(NodeStore node)
{
    private int _count; // both guarded by the node store's gate, read by metrics without it
    private long _bytes;

    /// <summary>The store of all queries together.</summary>
    public NodeStore Node => node;

    /// <summary>Number of entries.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes the entries take, by estimate.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public EvictionCounters Evictions { get; } = new();

    protected LinkTable Table { get; } = new();

    /// <summary>The query's gate. Guards writes to the table, and whatever else the query decides together with them: its running loads.</summary>
    /// <remarks>
    /// One for both, because a load takes it when it begins and when it lands, and each gate more would cost a cold read. Whoever
    /// evicts or sweeps takes it for a few links at a time, with no other query's gate held. The node store's may be taken under it.
    /// </remarks>
    public Lock Gate { get; } = new();

    /// <summary>Removes entries past their time to live. Takes the query's gate for a few chains or one entry at a time, and the node's for each entry removed, so a sweep of a million entries holds nobody back.</summary>
    public int RemoveExpired(long now)
    {
        var removed = 0;
        foreach (var entry in Entries())
        {
            if (entry.ExpiresAt > now || !node.TryUnlink(entry)) continue;
            Drop(entry, EvictionReason.Expired);
            removed++;
        }
        return removed;
    }

    /// <summary>Takes an entry out that was just taken off the node's list, and gives its marks back.</summary>
    public void Drop(Entry entry, EvictionReason reason)
    {
        // Out of the table before the marks go back. The other way round: the marks are given back -> forgotten -> their tag is
        // invalidated, on a new mark -> a read that begins now still finds the entry, whose old marks know nothing of it.
        lock (Gate) Table.TryRemoveLocked(entry);
        entry.ReleaseMarks();
        Evictions.Note(reason);
    }

    /// <summary>Shortens the life of what is stored already, when configuration tightens the time to live.</summary>
    /// <remarks>The caller holds the query's gate, so nothing is stored meanwhile, the table does not grow, and no entry is missed.</remarks>
    public void LimitTimeToLive(long milliseconds)
    {
        foreach (var entry in Entries()) entry.ExpireBy(entry.CapturedAt + milliseconds);
    }

    /// <summary>Lets nobody be served any more from what was loaded before a position. The next sweep returns the memory.</summary>
    /// <remarks>The caller holds the query's gate, as for <see cref="LimitTimeToLive"/>.</remarks>
    public void ExpireLoadedBefore(MarkTable epoch, long position)
    {
        foreach (var entry in Entries())
        {
            if (entry.WasLoadedBefore(epoch, position)) entry.ExpireBy(entry.CapturedAt);
        }
    }

    /// <summary>The entries in the table, for checks against the node's list.</summary>
    internal List<Entry> Snapshot() => [.. Entries()];

    /// <summary>The caller holds the node store's gate.</summary>
    internal void NoteLinkedLocked(Entry entry, int change)
    {
        Volatile.Write(ref _count, _count + change);
        Volatile.Write(ref _bytes, _bytes + (long)change * entry.Bytes);
    }

    /// <summary>Makes an entry findable, in place of the one found under its key. The caller has held the gate since it looked.</summary>
    protected void PlaceLocked(Entry entry, Entry? present)
    {
        if (present is null || !Table.TryReplaceLocked(present, entry)) Table.AddLocked(entry);
    }

    /// <summary>Everything that is in the table from beginning to end, and perhaps what comes or goes meanwhile. No lock is held between two entries.</summary>
    private IEnumerable<Entry> Entries()
    {
        var links = new List<Link>();
        for (var below = uint.MaxValue; below > 0;)
        {
            lock (Gate) below = Table.CopyLocked(below, links);
            foreach (var link in links) yield return (Entry)link;
            links.Clear();
        }
    }
}

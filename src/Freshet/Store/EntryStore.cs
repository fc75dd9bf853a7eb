namespace Freshet;

/// <summary>The entries of one cached query, as the node that bounds them all sees it.</summary>
internal abstract class EntryStore(NodeStore node)
{
    private int _count; // both guarded by the node store's gate, read by metrics without it
    private long _bytes;

    /// <summary>The store of all queries together.</summary>
    public NodeStore Node => node;

    /// <summary>Number of entries.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes the entries take, by estimate.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public EvictionCounters Evictions { get; } = new();

    /// <summary>Takes an entry out that was just taken off the node's list, and gives its marks back.</summary>
    public abstract void Drop(Entry entry, EvictionReason reason);

    /// <summary>The caller holds the node store's gate.</summary>
    internal void NoteLinkedLocked(Entry entry, int change)
    {
        Volatile.Write(ref _count, _count + change);
        Interlocked.Exchange(ref _bytes, _bytes + (long)change * entry.Bytes);
    }
}

namespace Freshet;

/// <summary>Entries in the order they came, and the hand that picks which one to evict: SIEVE (Zhang et al., NSDI '24).</summary>
/// <remarks>
/// The hand walks from the oldest entry to the newest. An entry that was read since the hand last passed is spared, and its bit
/// cleared; the first one that was not is evicted, and the hand stays where it is. So a long scan evicts itself: its entries come
/// in at the new end, nobody reads them again, and the hand takes them one by one without walking back over what is read often.
/// A read sets a bit and moves nothing, so it needs no lock. This class is guarded by <see cref="NodeStore"/>.
/// </remarks>
internal sealed class SieveList
{
    /// <summary>
    /// Most entries spared in one search; the next one is evicted, read or not. When so many in a row have been read, any choice is
    /// as good as another, and the lock must not be held while a million bits are cleared.
    /// </summary>
    internal const int MostSpared = 1_024;

    private Entry? _oldest;
    private Entry? _newest;
    private Entry? _hand; // where the next search begins; null for the oldest

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Adds an entry at the new end, not read yet.</summary>
    public void Add(Entry entry)
    {
        entry.Visited = false;
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is null) _oldest = entry;
        else _newest.Newer = entry;
        _newest = entry;
        Count++;
        Bytes += entry.Bytes;
    }

    /// <summary>Puts an entry where its predecessor of the same key stood. That somebody loaded it again is a sign of use.</summary>
    public void Replace(Entry present, Entry entry)
    {
        entry.Visited = true;
        entry.Older = present.Older;
        entry.Newer = present.Newer;
        if (entry.Older is null) _oldest = entry;
        else entry.Older.Newer = entry;
        if (entry.Newer is null) _newest = entry;
        else entry.Newer.Older = entry;
        if (ReferenceEquals(_hand, present)) _hand = entry;
        present.Older = present.Newer = null; // or a reader that still holds it would keep its neighbours alive
        Bytes += entry.Bytes - present.Bytes;
    }

    public void Remove(Entry entry)
    {
        if (ReferenceEquals(_hand, entry)) _hand = entry.Newer;
        if (entry.Older is null) _oldest = entry.Newer;
        else entry.Older.Newer = entry.Newer;
        if (entry.Newer is null) _newest = entry.Older;
        else entry.Newer.Older = entry.Older;
        entry.Older = entry.Newer = null;
        Count--;
        Bytes -= entry.Bytes;
    }

    /// <summary>Finds the entry to evict next and leaves the hand on it. Null when there is none but the spared one.</summary>
    /// <param name="spared">The entry that room is made for. Were it eligible, a store full of entries in use would evict each newcomer at once.</param>
    public Entry? FindVictim(Entry? spared)
    {
        if (_oldest is null || (ReferenceEquals(_oldest, spared) && Count == 1)) return null;
        var entry = _hand ?? _oldest;
        for (var passed = 0; ReferenceEquals(entry, spared) || (entry.Visited && passed < MostSpared); passed++)
        {
            if (!ReferenceEquals(entry, spared)) entry.Visited = false;
            entry = entry.Newer ?? _oldest;
        }
        return _hand = entry;
    }

    /// <summary>The entries from the oldest to the newest.</summary>
    internal IEnumerable<Entry> InOrder()
    {
        for (var entry = _oldest; entry is not null; entry = entry.Newer) yield return entry;
    }
}

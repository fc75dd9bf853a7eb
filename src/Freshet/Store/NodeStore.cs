namespace Freshet;

/// <summary>What all cached queries of one node keep in memory together: the order of eviction and the limits.</summary>
/// <remarks>
/// Who owns an entry's marks: the list. Whoever takes an entry off the list, under the gate, takes it out of its query's table
/// and then gives its marks back; nobody else does. So the marks are given back once, whatever runs at the same time:
///   A evicts entry X of another query and takes it off the list -> B replaces X in that query's table -> B finds X off the
///   list already and leaves its marks alone -> A finds X out of the table already and gives its marks back.
/// The gate is held for a few pointers at a time. It may be taken while a query's gate is held, never the other way round: so no table
/// is touched under it. No mark is either: their lock would be waited for by every landing load of every query.
/// </remarks>
internal sealed class NodeStore(StoreLimits limits)
{
    private readonly Lock _gate = new();
    private readonly SieveList _list = new();

    public StoreLimits Limits => limits;

    public int Count
    {
        get
        {
            lock (_gate) return _list.Count;
        }
    }

    public long Bytes
    {
        get
        {
            lock (_gate) return _list.Bytes;
        }
    }

    /// <summary>Takes up an entry, in the place of its predecessor if that is still there.</summary>
    /// <returns>Whether the predecessor was replaced: then the caller gives its marks back.</returns>
    public bool Link(Entry entry, Entry? predecessor)
    {
        lock (_gate)
        {
            entry.IsLinked = true;
            entry.Home.NoteLinkedLocked(entry, 1);
            if (predecessor is not { IsLinked: true })
            {
                _list.Add(entry);
                return false;
            }
            _list.Replace(predecessor, entry);
            predecessor.IsLinked = false;
            predecessor.Home.NoteLinkedLocked(predecessor, -1);
            return true;
        }
    }

    /// <summary>Takes an entry off the list. False when somebody else already has: then that one removes it and gives its marks back.</summary>
    public bool TryUnlink(Entry entry)
    {
        lock (_gate) return TryUnlinkLocked(entry);
    }

    /// <summary>Evicts until both limits are kept. Called without any query's gate, since the entries may be of any query.</summary>
    /// <param name="newcomer">The entry that was just stored; it is not evicted for itself.</param>
    public void MakeRoom(Entry newcomer)
    {
        // Mostly there is room. Seen without the gate: whoever linked last sees what everybody before has linked.
        while (limits.Passed(_list.Count, _list.Bytes) is not null)
        {
            Entry? victim;
            EvictionReason reason;
            lock (_gate)
            {
                if (limits.Passed(_list.Count, _list.Bytes) is not { } passed) return;
                victim = TakeVictimLocked(newcomer);
                reason = passed;
            }
            if (victim is null) return;
            victim.Home.Drop(victim, reason);
        }
    }

    /// <summary>Evicts a number of entries, least worth keeping first, because the machine is short of memory.</summary>
    /// <returns>How many were evicted.</returns>
    public int Trim(int entries)
    {
        for (var evicted = 0; evicted < entries; evicted++)
        {
            Entry? victim;
            lock (_gate) victim = TakeVictimLocked(spared: null);
            if (victim is null) return evicted;
            victim.Home.Drop(victim, EvictionReason.Pressure);
        }
        return entries;
    }

    /// <summary>The entries in the order of their coming, copied under the gate.</summary>
    internal List<Entry> Snapshot()
    {
        lock (_gate) return [.. _list.InOrder()];
    }

    private Entry? TakeVictimLocked(Entry? spared)
    {
        var victim = _list.FindVictim(spared);
        if (victim is not null) TryUnlinkLocked(victim);
        return victim;
    }

    private bool TryUnlinkLocked(Entry entry)
    {
        if (!entry.IsLinked) return false;
        entry.IsLinked = false;
        _list.Remove(entry);
        entry.Home.NoteLinkedLocked(entry, -1);
        return true;
    }
}

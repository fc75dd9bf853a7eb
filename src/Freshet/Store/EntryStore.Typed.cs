using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>The entries of one cached query, keyed by the argument itself: a hit formats no key, takes no lock and allocates nothing.</summary>
internal sealed class EntryStore<TArgs, TValue>(NodeStore node, Func<TValue, long>? sizeOfValue = null) : EntryStore(node) where TArgs : notnull
{
    private readonly ConcurrentDictionary<TArgs, Entry<TValue>> _entries = new();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TArgs args, [MaybeNullWhen(false)] out Entry<TValue> entry)
    {
        if (!_entries.TryGetValue(args, out entry)) return false;
        // Written only when it changes, so that processors reading the same hot entry do not take its cache line from each other.
        if (!entry.Visited) entry.Visited = true;
        return true;
    }

    /// <summary>Estimates what an entry takes. Runs the query's own <c>SizedBy</c>, so never call it under a lock.</summary>
    public int Estimate(TArgs args, Entry<TValue> entry) => SizeEstimate.OfEntry(args, entry.Value, entry.Marks.Length, sizeOfValue);

    /// <summary>Stores an entry unless a newer one is there or it is too large. The store then owns the entry's marks; call <see cref="MakeRoom"/> after the gate.</summary>
    /// <returns>False when the entry was not stored; the caller still owns its marks.</returns>
    /// <remarks>The caller holds the query's gate, so that two loads ending at once cannot both find the place empty.</remarks>
    public bool PutLocked(TArgs args, Entry<TValue> entry, int bytes)
    {
        if (_entries.TryGetValue(args, out var present) && IsNewer(present, entry)) return false;
        if (!Node.Limits.Admit(bytes))
        {
            Evictions.Note(EvictionReason.Oversized);
            return false;
        }
        entry.Settle(this, args, bytes);
        _entries[args] = entry;
        if (!Node.Link(entry, present)) return true;
        present!.ReleaseMarks();
        Evictions.Note(EvictionReason.Replaced);
        return true;
    }

    /// <summary>Evicts, from any query, what an entry just stored has pushed past the limits. Call it without the query's gate.</summary>
    public void MakeRoom(Entry newcomer) => Node.MakeRoom(newcomer);

    /// <summary>Removes entries past their time to live. Takes no query's gate, and the node's only for each entry removed, so a sweep of a million entries holds nobody back.</summary>
    public int RemoveExpired(long now)
    {
        var removed = 0;
        foreach (var (_, entry) in _entries)
        {
            if (entry.ExpiresAt > now || !Node.TryUnlink(entry)) continue;
            Drop(entry, EvictionReason.Expired);
            removed++;
        }
        return removed;
    }

    public override void Drop(Entry entry, EvictionReason reason)
    {
        // Out of the dictionary before the marks go back. The other way round: the marks are given back -> forgotten -> their tag is
        // invalidated, on a new mark -> a read that begins now still finds the entry, whose old marks know nothing of it.
        _entries.TryRemove(new KeyValuePair<TArgs, Entry<TValue>>((TArgs)entry.Key, (Entry<TValue>)entry));
        entry.ReleaseMarks();
        Evictions.Note(reason);
    }

    /// <summary>Shortens the life of what is stored already, when configuration tightens the time to live.</summary>
    public void LimitTimeToLive(long milliseconds)
    {
        foreach (var (_, entry) in _entries) entry.ExpireBy(entry.CapturedAt + milliseconds);
    }

    /// <summary>The entries in the dictionary, for checks against the node's list.</summary>
    internal List<Entry> Snapshot() => [.. _entries.Values];

    private static bool IsNewer(Entry present, Entry entry) =>
        present.Loaded.Epoch == entry.Loaded.Epoch
        && (present.Loaded.Position > entry.Loaded.Position
            || (present.Loaded.Position == entry.Loaded.Position && present.Version > entry.Version));
}

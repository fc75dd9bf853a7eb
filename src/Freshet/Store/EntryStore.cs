using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Freshet;

/// <summary>The entries of one cached query, keyed by the argument itself: a hit formats no key, takes no lock and allocates nothing.</summary>
internal sealed class EntryStore<TArgs, TValue> where TArgs : notnull
{
    private readonly ConcurrentDictionary<TArgs, Entry<TValue>> _entries = new();

    public int Count => _entries.Count;

    public bool TryGet(TArgs args, [MaybeNullWhen(false)] out Entry<TValue> entry) => _entries.TryGetValue(args, out entry);

    /// <summary>Stores an entry unless a newer one is there. The store then owns the entry's marks.</summary>
    /// <returns>False when the entry was not stored; the caller still owns its marks.</returns>
    /// <remarks>The caller holds the query's gate, so that two loads ending at once cannot both find the place empty.</remarks>
    public bool PutLocked(TArgs args, Entry<TValue> entry)
    {
        if (_entries.TryGetValue(args, out var present) && IsNewer(present, entry)) return false;
        _entries[args] = entry;
        present?.ReleaseMarks();
        return true;
    }

    /// <summary>Removes entries past their time to live.</summary>
    public int RemoveExpiredLocked(long now)
    {
        var removed = 0;
        foreach (var pair in _entries)
        {
            if (pair.Value.ExpiresAt > now || !_entries.TryRemove(pair)) continue;
            pair.Value.ReleaseMarks();
            removed++;
        }
        return removed;
    }

    /// <summary>Shortens the life of what is stored already, when configuration tightens the time to live.</summary>
    public void LimitTimeToLive(long milliseconds)
    {
        foreach (var (_, entry) in _entries) entry.ExpireBy(entry.CapturedAt + milliseconds);
    }

    private static bool IsNewer(Entry present, Entry entry) =>
        present.Loaded.Epoch == entry.Loaded.Epoch
        && (present.Loaded.Position > entry.Loaded.Position
            || (present.Loaded.Position == entry.Loaded.Position && present.Version > entry.Version));
}

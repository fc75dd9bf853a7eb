using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>The entries of one cached query, keyed by the argument itself: a hit formats no key, takes no lock and allocates nothing.</summary>
internal sealed class EntryStore<TArgs, TValue>(NodeStore node, Func<TValue, long>? sizeOfValue = null) : EntryStore(node) where TArgs : notnull
{
    private readonly EqualityComparer<TArgs> _keys = EqualityComparer<TArgs>.Default;
    private readonly bool _areTexts = typeof(TArgs) == typeof(string); // asked once: code shared by all reference types cannot know

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TArgs args, [MaybeNullWhen(false)] out Entry<TValue> entry) => TryGet(args, HashOf(args), out entry);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TArgs args, uint hash, [MaybeNullWhen(false)] out Entry<TValue> entry)
    {
        entry = Find(args, hash) ?? FindSurely(args, hash);
        if (entry is null) return false;
        // Written only when it changes, so that processors reading the same hot entry do not take its cache line from each other.
        if (!entry.Visited) entry.Visited = true;
        return true;
    }

    /// <summary>The same under the gate, where nothing moves: one look is sure.</summary>
    public bool TryGetLocked(TArgs args, uint hash, [MaybeNullWhen(false)] out Entry<TValue> entry)
    {
        entry = Find(args, hash);
        if (entry is null) return false;
        if (!entry.Visited) entry.Visited = true;
        return true;
    }

    /// <summary>The same for people who ask: it does not count as a read.</summary>
    public Entry<TValue>? Peek(TArgs args)
    {
        var hash = HashOf(args);
        return Find(args, hash) ?? FindSurely(args, hash);
    }

    /// <summary>Estimates what an entry takes. Runs the query's own <c>SizedBy</c>, so never call it under a lock.</summary>
    public int Estimate(TArgs args, Entry<TValue> entry) => SizeEstimate.OfEntry(args, entry.Value, entry.Marks.Length, sizeOfValue);

    /// <summary>Stores an entry unless a newer one is there or it is too large. The store then owns the entry's marks; call <see cref="MakeRoom"/> after the gate.</summary>
    /// <returns>False when the entry was not stored; the caller still owns its marks.</returns>
    /// <remarks>The caller holds the query's gate, so that two loads ending at once cannot both find the place empty.</remarks>
    public bool PutLocked(TArgs args, Entry<TValue> entry, int bytes)
    {
        var hash = HashOf(args);
        return PutLocked(entry, hash, Find(args, hash), bytes);
    }

    /// <summary>The same, for a caller that has looked for the key under the gate it still holds.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="hash">Its key's hash.</param>
    /// <param name="present">What it found under the key; null for nothing.</param>
    /// <param name="bytes">What the entry takes.</param>
    public bool PutLocked(Entry<TValue> entry, uint hash, Entry<TValue>? present, int bytes)
    {
        if (present is not null && IsNewer(present, entry)) return false;
        if (!Node.Limits.Admit(bytes))
        {
            Evictions.Note(EvictionReason.Oversized);
            return false;
        }
        entry.Settle(this, hash, bytes);
        PlaceLocked(entry, present);
        if (!Node.Link(entry, present)) return true;
        present!.ReleaseMarks();
        Evictions.Note(EvictionReason.Replaced);
        return true;
    }

    /// <summary>Evicts, from any query, what an entry just stored has pushed past the limits. Call it without the query's gate.</summary>
    public void MakeRoom(Entry newcomer) => Node.MakeRoom(newcomer);

    /// <summary>What decides a key's chain, here and among the running loads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint HashOf(TArgs args) =>
        typeof(TArgs).IsValueType ? HashSpread.Of(EqualityComparer<TArgs>.Default.GetHashCode(args))
        : _areTexts ? HashSpread.Of(Unsafe.As<TArgs, string>(ref args))
        : HashSpread.Of(_keys.GetHashCode(args));

    // The default comparer of a value type is compiled into the loop; that of a reference type would be looked up each time, so it is
    // kept; and a text, the most common key, needs none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreEqual(TArgs key, TArgs args) =>
        typeof(TArgs).IsValueType ? EqualityComparer<TArgs>.Default.Equals(key, args)
        : _areTexts ? string.Equals(Unsafe.As<TArgs, string>(ref key), Unsafe.As<TArgs, string>(ref args))
        : _keys.Equals(key, args);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Entry<TArgs, TValue>? Find(TArgs args, uint hash)
    {
        for (var link = Table.First(hash); link is not null; link = Volatile.Read(ref link.Next))
        {
            if (link.Hash != hash) continue;
            // Nothing else gets into this table, and a hit should not pay for proving it.
            var entry = Unsafe.As<Entry<TArgs, TValue>>(link);
            if (AreEqual(entry.Key, args)) return entry;
        }
        return null;
    }

    /// <summary>The second look, when the first found nothing: links may have moved under it (see <see cref="LinkTable"/>).</summary>
    private Entry<TArgs, TValue>? FindSurely(TArgs args, uint hash)
    {
        var moves = Table.Moves;
        if (moves % 2 == 0)
        {
            if (Find(args, hash) is { } entry) return entry;
            Volatile.ReadBarrier(); // whatever was looked at was looked at before the moves are counted again
            if (Table.Moves == moves) return null;
        }
        // Not tried over and over: where keys of one hash make a chain long, something would always be moving meanwhile.
        lock (Gate) return Find(args, hash);
    }

    private static bool IsNewer(Entry present, Entry entry) =>
        present.Loaded.Epoch == entry.Loaded.Epoch
        && (present.Loaded.Position > entry.Loaded.Position
            || (present.Loaded.Position == entry.Loaded.Position && present.Version > entry.Version && entry.Version != Entry.NoVersion)); // "not found" was asked about already: it is believed
}

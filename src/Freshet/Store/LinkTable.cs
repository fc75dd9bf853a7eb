using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Freshet;

/// <summary>A hash table without nodes and without keys: chains of <see cref="Link"/>s, found by their hash. Whoever walks a chain compares keys.</summary>
/// <remarks>
/// <para>Written under its owner's lock, read without any. No code of the user's runs in it.</para>
/// <para>It grows and shrinks by one chain at a time (linear hashing, Litwin 1980), so no write moves more than two chains: a table
/// that doubled would hold its lock while a million links move.</para>
/// <para>A reader that finds what it looks for is right, whatever moves meanwhile. One that finds nothing may have been led astray:
///   a reader of key K stands on link A -> A moves to another chain, or leaves and takes its place in the chain with it -> the reader
///   goes on from A, and never comes to K's link, which was there all the time.
/// So a reader believes that there is nothing only if <see cref="Moves"/> was even before it looked, and is the same after.</para>
/// <para>Four chains for three links: with as many chains as links, every other hit would pass a neighbour, a cache line for nothing.</para>
/// <para>Nobody walks in circles: a link only ever points to one that stood after it, or at the end of the chain it has joined.</para>
/// </remarks>
internal sealed class LinkTable
{
    private const int ChunkBits = 8;
    private const int ChunkSize = 1 << ChunkBits;
    private const uint FewestChains = 2;
    private const uint ChainsPerCopy = 64;

    // Chains in chunks of 256, so that growing copies no chain. The list of chunks doubles: four thousand pointers for a million links.
    private Chain[]?[] _chunks = [new Chain[ChunkSize]];
    private uint _chains = FewestChains;
    private uint _mask = FewestChains - 1; // ones up to the highest that the number of any chain has
    private int _count;
    private long _moves;

    // A struct, because writing into an array of references checks the type each time.
    private struct Chain
    {
        public Link? First;
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Number of moves begun and ended: odd while links move.</summary>
    public long Moves => Volatile.Read(ref _moves);

    /// <summary>How many chains there are.</summary>
    internal uint Chains => Volatile.Read(ref _chains);

    /// <summary>How many chunks of chains are in memory.</summary>
    internal int Chunks => _chunks.Count(chunk => chunk is not null);

    /// <summary>The first link of the chain that a hash belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Link? First(uint hash)
    {
        // Read one after the other, so they may not fit together, and there may be nothing where they lead. To a reader that is one more
        // way to find nothing.
        var at = IndexOf(hash, Volatile.Read(ref _mask), Volatile.Read(ref _chains));
        var chunks = Volatile.Read(ref _chunks);
        var number = at >> ChunkBits;
        if (number >= (uint)chunks.Length || chunks[number] is not { } chunk) return null;
        // Without the check against the chunk's length, which stands in a cache line of its own: a miss that every hit would pay for.
        return Volatile.Read(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunk), at & (ChunkSize - 1)).First);
    }

    public void AddLocked(Link link)
    {
        ref var first = ref FirstAt(IndexOf(link.Hash, _mask, _chains));
        link.Next = first; // before it can be found
        Volatile.Write(ref first, link);
        Volatile.Write(ref _count, _count + 1);
        while (_count > _chains - _chains / 4) SplitLocked(); // twice at most
    }

    /// <summary>Puts a link of the same hash where another stands, in one step: a reader finds one of the two.</summary>
    /// <returns>False when the other has left.</returns>
    public bool TryReplaceLocked(Link present, Link link)
    {
        ref var place = ref PlaceOf(present);
        if (place is null) return false;
        link.Next = present.Next;
        BeginMove();
        Volatile.Write(ref place, link);
        Volatile.Write(ref present.Next, null); // or a reader that still holds it would keep its neighbours alive
        EndMove();
        return true;
    }

    /// <returns>False when it has left already.</returns>
    public bool TryRemoveLocked(Link link)
    {
        ref var place = ref PlaceOf(link);
        if (place is null) return false;
        BeginMove();
        Volatile.Write(ref place, link.Next);
        Volatile.Write(ref link.Next, null);
        EndMove();
        Volatile.Write(ref _count, _count - 1);
        while (_chains > FewestChains && _count < _chains / 2) MergeLocked(); // twice at most
        return true;
    }

    /// <summary>Copies the links of the next few chains below one, so that a walk over all of them never holds the lock for long.</summary>
    /// <param name="below">Where the last copy ended; <see cref="uint.MaxValue"/> to begin.</param>
    /// <param name="copies">Takes them up.</param>
    /// <returns>Where this copy ended; 0 when there is nothing left.</returns>
    /// <remarks>
    /// Downwards, because the last chain is merged into a lower one: what moves while the table shrinks is met again, never missed.
    /// What moves up while it grows may be missed.
    /// </remarks>
    public uint CopyLocked(uint below, List<Link> copies)
    {
        var top = Math.Min(below, _chains);
        var end = top > ChainsPerCopy ? top - ChainsPerCopy : 0;
        for (var at = top; at > end; at--)
        {
            for (var link = FirstAt(at - 1); link is not null; link = link.Next) copies.Add(link);
        }
        return end;
    }

    // With 6 chains, a hash of ...101 belongs to chain 5, and one of ...111 to 3: chain 7 does not exist yet, and 3 will be split for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint IndexOf(uint hash, uint mask, uint chains)
    {
        var at = hash & mask;
        return at < chains ? at : at & (mask >> 1);
    }

    private ref Link? FirstAt(uint at) => ref _chunks[at >> ChunkBits]![at & (ChunkSize - 1)].First;

    /// <summary>What points to a link; holds null when the link is not in the table.</summary>
    private ref Link? PlaceOf(Link link)
    {
        ref var place = ref FirstAt(IndexOf(link.Hash, _mask, _chains));
        while (place is not null && !ReferenceEquals(place, link)) place = ref place.Next;
        return ref place;
    }

    /// <summary>Adds a chain, and moves to it what belongs there from the one chain that held it so far.</summary>
    private void SplitLocked()
    {
        var added = _chains;
        var distance = 1u << BitOperations.Log2(added);
        ref var end = ref EnsureFirstAt(added);
        ref var place = ref FirstAt(added - distance);
        BeginMove();
        while (place is { } link)
        {
            if ((link.Hash & distance) == 0)
            {
                place = ref link.Next;
                continue;
            }
            Volatile.Write(ref place, link.Next);
            Volatile.Write(ref end, link); // in the order they had
            end = ref link.Next;
        }
        Volatile.Write(ref end, null);
        SetChains(added + 1);
        EndMove();
    }

    /// <summary>Takes the last chain away, and hangs its links to the end of the chain it was split from.</summary>
    private void MergeLocked()
    {
        var last = _chains - 1;
        ref var first = ref FirstAt(last);
        ref var end = ref FirstAt(last - (1u << BitOperations.Log2(last)));
        while (end is { } link) end = ref link.Next;
        BeginMove();
        SetChains(last);
        Volatile.Write(ref end, first);
        Volatile.Write(ref first, null);
        EndMove();
        if ((last & (ChunkSize - 1)) == 0) _chunks[last >> ChunkBits] = null; // it comes back when the count has grown by half
    }

    private ref Link? EnsureFirstAt(uint at)
    {
        var number = at >> ChunkBits;
        if (number == (uint)_chunks.Length)
        {
            var chunks = new Chain[]?[2 * _chunks.Length];
            _chunks.CopyTo(chunks, 0);
            Volatile.Write(ref _chunks, chunks);
        }
        _chunks[number] ??= new Chain[ChunkSize];
        return ref FirstAt(at);
    }

    private void SetChains(uint chains)
    {
        Volatile.Write(ref _chains, chains);
        Volatile.Write(ref _mask, uint.MaxValue >> BitOperations.LeadingZeroCount(chains - 1));
    }

    private void BeginMove() => Volatile.Write(ref _moves, _moves + 1);

    private void EndMove() => Volatile.Write(ref _moves, _moves + 1);
}

namespace Freshet.Tests.Store;

/// <summary>Reads with a fixed seed, and what plainer stores make of them. The benchmarks compile this file too, for their table.</summary>
internal static class Traces
{
    /// <summary>How many keys are read again and again.</summary>
    public const int Keys = 20_000;

    private const int Reads = 200_000;

    /// <summary>Zipf with exponent 1: the key of rank k is read in proportion to 1 / k.</summary>
    public static int[] Zipf()
    {
        var random = new Random(20260115);
        var sums = new double[Keys];
        var sum = 0.0;
        for (var rank = 0; rank < Keys; rank++) sums[rank] = sum += 1.0 / (rank + 1);
        var trace = new int[Reads];
        for (var i = 0; i < Reads; i++)
        {
            var found = Array.BinarySearch(sums, random.NextDouble() * sum);
            trace[i] = found < 0 ? ~found : found;
        }
        return trace;
    }

    /// <summary>The same, and after every 10,000 reads a job that reads 4,000 keys nobody reads again.</summary>
    public static int[] ZipfWithScans()
    {
        var scanned = Keys;
        return [.. Zipf().Chunk(10_000).SelectMany(part => part.Concat(Enumerable.Range(0, 4_000).Select(_ => scanned++)))];
    }

    /// <summary>Share of reads answered by a store that evicts what stands first: LRU when a read moves its key to the end, else FIFO.</summary>
    public static double InOrder(int[] trace, int capacity, bool movesOnRead)
    {
        var (order, places) = (new LinkedList<int>(), new Dictionary<int, LinkedListNode<int>>());
        return HitRatio(trace, Read, Put);

        bool Read(int key)
        {
            if (!places.TryGetValue(key, out var place)) return false;
            if (!movesOnRead) return true;
            order.Remove(place);
            order.AddLast(place);
            return true;
        }

        void Put(int key)
        {
            if (order.Count == capacity)
            {
                places.Remove(order.First!.Value);
                order.RemoveFirst();
            }
            places[key] = order.AddLast(key);
        }
    }

    /// <summary>Share of reads answered by a store, into which every other read puts its key.</summary>
    public static double HitRatio(int[] trace, Func<int, bool> read, Action<int> put)
    {
        var hits = 0;
        foreach (var key in trace)
        {
            if (read(key)) hits++;
            else put(key);
        }
        return (double)hits / trace.Length;
    }
}

namespace Freshet.Tests.Store;

/// <summary>How many reads the store answers on traces with a fixed seed, beside LRU and FIFO of the same size.</summary>
public sealed class HitRatioTests
{
    private const int Keys = 20_000;
    private const int Reads = 200_000;
    private const double Point = 0.01;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void OnAZipfTraceItIsBetterThanLruAndFarBetterThanFifo(int percent)
    {
        var (sieve, lru, fifo) = Ratios(Zipf(), Keys * percent / 100);

        sieve.ShouldBeGreaterThan(lru + 2 * Point);
        sieve.ShouldBeGreaterThan(fifo + 5 * Point);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void WithScansInBetweenItIsFarBetterThanBoth(int percent)
    {
        var (sieve, lru, fifo) = Ratios(ZipfWithScans(), Keys * percent / 100);

        sieve.ShouldBeGreaterThan(lru + 5 * Point);
        sieve.ShouldBeGreaterThan(fifo + 7 * Point);
    }

    private static (double Sieve, double Lru, double Fifo) Ratios(int[] trace, int capacity)
    {
        var shelf = new Shelf(capacity);
        var sieve = Ratio(trace, shelf.Read, key => shelf.Put(key));
        shelf.ShouldBeConsistent();
        return (sieve, InOrder(trace, capacity, movesOnRead: true), InOrder(trace, capacity, movesOnRead: false));
    }

    private static double InOrder(int[] trace, int capacity, bool movesOnRead)
    {
        var (order, places) = (new LinkedList<int>(), new Dictionary<int, LinkedListNode<int>>());
        return Ratio(trace, Read, Put);

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

    private static double Ratio(int[] trace, Func<int, bool> read, Action<int> put)
    {
        var hits = 0;
        foreach (var key in trace)
        {
            if (read(key)) hits++;
            else put(key);
        }
        return (double)hits / trace.Length;
    }

    /// <summary>Zipf with exponent 1: the key of rank k is read in proportion to 1 / k.</summary>
    private static int[] Zipf()
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
    private static int[] ZipfWithScans()
    {
        var scanned = Keys;
        return [.. Zipf().Chunk(10_000).SelectMany(part => part.Concat(Enumerable.Range(0, 4_000).Select(_ => scanned++)))];
    }
}

using Freshet.Tests.Store;

namespace Freshet.Benchmarks;

/// <summary>Share of reads answered from memory, beside LRU and FIFO of the same size. The same on every machine.</summary>
internal static class EvictionRatios
{
    public static void Print()
    {
        Console.WriteLine($"{"trace",-16} {"room for",8} {"SIEVE",8} {"LRU",8} {"FIFO",8}  SIEVE - LRU, points");
        foreach (var (name, trace) in new[] { ("Zipf", Traces.Zipf()), ("Zipf with scans", Traces.ZipfWithScans()) })
        {
            foreach (var percent in new[] { 1, 5, 20 })
            {
                var capacity = Traces.Keys * percent / 100;
                var shelf = new BenchShelf<int>(capacity);
                var sieve = 100 * Traces.HitRatio(trace, shelf.Read, key => shelf.Put(key));
                var lru = 100 * Traces.InOrder(trace, capacity, movesOnRead: true);
                var fifo = 100 * Traces.InOrder(trace, capacity, movesOnRead: false);
                Console.WriteLine($"{name,-16} {percent,6} % {sieve,8:F1} {lru,8:F1} {fifo,8:F1}  {sieve - lru:+0.0;-0.0}");
            }
        }
    }
}

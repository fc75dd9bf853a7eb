using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Memory;

namespace Freshet.Benchmarks;

/// <summary>How much more two threads read than one: fixed numbers of hits between two barriers, the best of several runs.</summary>
/// <remarks>
/// The best run, because other work on the machine can only make a run slower. The runs of one and of two threads take turns, so that
/// a slow minute meets both. Arithmetic shares no memory at all: what it reaches is what the machine's two processors give.
/// </remarks>
internal static class Threads
{
    private const int Keys = 1_024;
    private const int Runs = 15;
    private const int Reads = 8_000_000;

    public static void Print()
    {
        var keys = Enumerable.Range(0, Keys).Select(i => $"acc_{i}").ToArray();
        using var app = new BenchApp();
        using var memory = new MemoryCache(new MemoryCacheOptions());
        var dictionary = new ConcurrentDictionary<string, Summary>();
        foreach (var key in keys)
        {
            memory.Set(key, new Summary(key, 42), TimeSpan.FromHours(1));
            dictionary[key] = new Summary(key, 42);
            app.Freshet.ReadAsync(BenchCatalog.NoTags, key).AsTask().GetAwaiter().GetResult();
            app.Freshet.ReadAsync(BenchCatalog.FiveTags, key).AsTask().GetAwaiter().GetResult();
        }

        Console.WriteLine($"million hits per second, best of {Runs} runs of {Reads:N0} hits per thread, {Environment.ProcessorCount} processors");
        Console.WriteLine("                                   1 thread  2 threads   ratio");
        Report("arithmetic (the machine)", start => Compute(start));
        Report("ConcurrentDictionary.TryGetValue", start =>
        {
            var sum = 0;
            for (var i = 0; i < Reads; i++)
            {
                dictionary.TryGetValue(keys[(start + i) & (Keys - 1)], out var summary);
                sum += summary!.Balance;
            }
            return sum;
        });
        Report("IMemoryCache.TryGetValue", start =>
        {
            var sum = 0;
            for (var i = 0; i < Reads; i++)
            {
                memory.TryGetValue(keys[(start + i) & (Keys - 1)], out Summary? summary);
                sum += summary!.Balance;
            }
            return sum;
        });
        Report("Freshet hit, no tags", start => Read(app.Freshet, BenchCatalog.NoTags, keys, start));
        Report("Freshet hit, five tags", start => Read(app.Freshet, BenchCatalog.FiveTags, keys, start));
    }

    private static int Read(IFreshet freshet, CachedQuery<string, Summary> query, string[] keys, int start)
    {
        var sum = 0;
        for (var i = 0; i < Reads; i++) sum += freshet.ReadAsync(query, keys[(start + i) & (Keys - 1)]).GetAwaiter().GetResult().Balance;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Compute(int start)
    {
        var x = (uint)start + 1;
        for (var i = 0; i < Reads * 4; i++)
        {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
        }
        return (int)x;
    }

    private static void Report(string what, Func<int, int> work)
    {
        for (var warmUp = 0; warmUp < 3; warmUp++) Measure(work, 2); // until the compiler has made its last version of the loop
        var (one, two) = (0.0, 0.0);
        for (var run = 0; run < Runs; run++)
        {
            one = Math.Max(one, Measure(work, 1));
            two = Math.Max(two, Measure(work, 2));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-34} {one / 1e6,8:F1} {two / 1e6,10:F1} {two / one,7:F2}"));
    }

    /// <summary>Hits per second of all threads together, from the moment the barrier opens until the last one is done.</summary>
    private static double Measure(Func<int, int> work, int threads)
    {
        using var barrier = new Barrier(threads + 1);
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            barrier.SignalAndWait();
            GC.KeepAlive(work(number * (Keys / 2)));
            barrier.SignalAndWait();
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        barrier.SignalAndWait();
        var started = Stopwatch.GetTimestamp();
        barrier.SignalAndWait();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var worker in workers) worker.Join();
        return threads * (double)Reads / seconds;
    }
}

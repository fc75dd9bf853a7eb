using System.Diagnostics;
using System.Globalization;

namespace Freshet.Benchmarks;

/// <summary>How long a cold load takes beside <c>MemoryCache.GetOrCreateAsync</c>: both fill an empty cache in turn, round by round, so that they meet the same noise.</summary>
/// <remarks>
/// The best of many rounds counts, as in <see cref="Threads"/>: other work on the machine, and collections, can only make a round
/// slower. The median and the mean of the faster half stand beside it; they have in them what memory costs that the runtime gives back
/// to the system and takes again. Whose turn is first goes round, since what the one before has left behind is part of that. The first
/// rounds are not counted: a round is 20,000 loads, and code this deep takes several until it is compiled for good. One contender after
/// the other, as benchmarks usually run, compares moments: from run to run MemoryCache took 228 to 742 ns, and Freshet 468 to 840, not at
/// the same times.
/// </remarks>
internal static class ColdTimes
{
    /// <summary>How many rounds it takes until what is measured is compiled for good: the runtime does so in the background, again and again, with what it has counted before.</summary>
    private const int Warmups = 40;

    /// <param name="only">Words that begin the names of what is wanted; null for everything.</param>
    public static void Print(string? only = null)
    {
        Report(only, "loader completes at once", cold => cold.MemoryCacheAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.NoTags)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags)),
            ("two tags of its own", cold => cold.FreshetAsync(BenchCatalog.TwoTags)),
        ]);
        Report(only, "loader completes at once, nobody listens to the meter", cold => cold.MemoryCacheAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.NoTags)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags)),
        ], isListenedTo: false);
        Report(only, "loader completes at once, a service scope on both sides", cold => cold.MemoryCacheWithScopeAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.WithServices)),
        ]);
        Report(only, "loader yields", cold => cold.MemoryCacheYieldingAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.Yielding)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.YieldingTwoSharedTags)),
        ]);
        Report(only, "loader asks a server on loopback", cold => cold.MemoryCacheAskingAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.Asking)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.AskingTwoSharedTags)),
            ("two tags of its own", cold => cold.FreshetAsync(BenchCatalog.AskingTwoTags)),
        ], rounds: 20, warmups: 4); // each takes a second
        Report(only, "caches that know tags, loader completes at once, two tags of its own", ("HybridCache.GetOrCreateAsync", cold => cold.Peers.HybridCacheAsync(isTagged: true)), [
            ("FusionCache.GetOrSetAsync", cold => cold.Peers.FusionCacheAsync(isTagged: true)),
            ("Freshet", cold => cold.FreshetAsync(BenchCatalog.TwoTags)),
        ], isListenedTo: false); // nobody listens to the others
        Report(only, "caches that know tags, loader completes at once, no tags", ("HybridCache.GetOrCreateAsync", cold => cold.Peers.HybridCacheAsync(isTagged: false)), [
            ("FusionCache.GetOrSetAsync", cold => cold.Peers.FusionCacheAsync(isTagged: false)),
            ("Freshet", cold => cold.FreshetAsync(BenchCatalog.NoTags)),
        ], isListenedTo: false);
    }

    private static void Report(string? only, string what, Func<ColdLoads, Task> memoryCache, (string, Func<ColdLoads, Task>)[] contenders, bool isListenedTo = true, int rounds = 80, int warmups = Warmups) =>
        Report(only, what, ("MemoryCache.GetOrCreateAsync", memoryCache), contenders, isListenedTo, rounds, warmups);

    private static void Report(string? only, string what, (string Name, Func<ColdLoads, Task> Fill) baseline, (string Name, Func<ColdLoads, Task> Fill)[] contenders, bool isListenedTo = true, int rounds = 80, int warmups = Warmups)
    {
        if (only is not null && !what.StartsWith(only, StringComparison.Ordinal)) return;
        (string Name, Func<ColdLoads, Task> Fill)[] all = [baseline, .. contenders];
        var took = Array.ConvertAll(all, _ => new List<double>());
        for (var round = -warmups; round < rounds; round++)
        {
            for (var turn = 0; turn < all.Length; turn++)
            {
                var at = (turn + round + warmups) % all.Length;
                var nanoseconds = Time(all[at].Fill, isListenedTo);
                if (round >= 0) took[at].Add(nanoseconds);
            }
        }

        Console.WriteLine($"{what}:");
        for (var at = 0; at < all.Length; at++)
        {
            Console.WriteLine($"  {all[at].Name,-28}"
                + $" fastest {Compare(Enumerable.Min)}; median {Compare(Median)}; faster half {Compare(FasterHalf)}");

            string Compare(Func<List<double>, double> of) => string.Create(CultureInfo.InvariantCulture, $"{of(took[at]),5:F0} ns, {of(took[at]) / of(took[0]):F2} times");
        }
    }

    private static double Time(Func<ColdLoads, Task> fill, bool isListenedTo)
    {
        using var cold = new ColdLoads(isListenedTo);
        GC.Collect(); // of what the last round left, so that this one does not pay for it
        var started = Stopwatch.GetTimestamp();
        fill(cold).GetAwaiter().GetResult();
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / ColdLoads.Keys;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double FasterHalf(List<double> values) => values.Order().Take(values.Count / 2).Average();
}

using System.Diagnostics;
using System.Globalization;

namespace Freshet.Benchmarks;

/// <summary>How long a cold load takes beside <c>MemoryCache.GetOrCreateAsync</c>: both fill an empty cache in turn, round by round, so that they meet the same noise.</summary>
/// <remarks>
/// The best of many rounds counts, as in <see cref="Threads"/>: other work on the machine, and collections, can only make a round
/// slower. The first rounds are not counted: a round is 20,000 loads, and code this deep takes several until it is compiled for good.
/// </remarks>
internal static class ColdTimes
{
    private const int Warmups = 40;
    private const int Rounds = 80;

    public static void Print()
    {
        Report("loader completes at once", cold => cold.MemoryCacheAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.NoTags)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags)),
            ("two tags of its own", cold => cold.FreshetAsync(BenchCatalog.TwoTags)),
        ]);
        Report("loader completes at once, nobody listens to the meter", cold => cold.MemoryCacheAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.NoTags)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags)),
        ], isListenedTo: false);
        Report("loader completes at once, a service scope on both sides", cold => cold.MemoryCacheWithScopeAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.WithServices)),
        ]);
        Report("loader yields", cold => cold.MemoryCacheYieldingAsync(), [
            ("no tags", cold => cold.FreshetAsync(BenchCatalog.Yielding)),
            ("two shared tags", cold => cold.FreshetAsync(BenchCatalog.YieldingTwoSharedTags)),
        ]);
    }

    private static void Report(string what, Func<ColdLoads, Task> baseline, (string Name, Func<ColdLoads, Task> Fill)[] contenders, bool isListenedTo = true)
    {
        Func<ColdLoads, Task>[] all = [baseline, .. contenders.Select(contender => contender.Fill)];
        var rounds = Array.ConvertAll(all, _ => new List<double>());
        for (var round = -Warmups; round < Rounds; round++)
        {
            for (var at = 0; at < all.Length; at++)
            {
                var nanoseconds = Time(all[at], isListenedTo);
                if (round >= 0) rounds[at].Add(nanoseconds);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: MemoryCache.GetOrCreateAsync {rounds[0].Min():F0} ns, median {Median(rounds[0]):F0} ns"));
        for (var at = 1; at < all.Length; at++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {contenders[at - 1].Name,-20} {rounds[at].Min(),6:F0} ns, {rounds[at].Min() / rounds[0].Min():F2} times; median {Median(rounds[at]),6:F0} ns, {Median(rounds[at]) / Median(rounds[0]):F2} times"));
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
}

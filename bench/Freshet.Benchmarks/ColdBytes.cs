using System.Diagnostics.Tracing;
using System.Globalization;

namespace Freshet.Benchmarks;

/// <summary>Where the bytes of a cold load go: total per load, and the types they are spent on.</summary>
internal static class ColdBytes
{
    private const int Rounds = 60;

    public static void Print()
    {
        Report("MemoryCache.GetOrCreateAsync, loader completes at once", cold => cold.MemoryCacheAsync());
        Report("MemoryCache.GetOrCreateAsync, a service scope per load", cold => cold.MemoryCacheWithScopeAsync());
        Report("MemoryCache.GetOrCreateAsync, loader yields", cold => cold.MemoryCacheYieldingAsync());
        Report("Freshet, no tags, loader completes at once", cold => cold.FreshetAsync(BenchCatalog.NoTags));
        Report("Freshet, 2 shared tags, loader completes at once", cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags));
        Report("Freshet, 2 tags of its own, loader completes at once", cold => cold.FreshetAsync(BenchCatalog.TwoTags));
        Report("Freshet, no tags, loader yields", cold => cold.FreshetAsync(BenchCatalog.Yielding));
    }

    private static void Report(string what, Func<ColdLoads, Task> load)
    {
        Run(load, 5); // types, pools and compiled code are paid for here
        using var samples = new AllocationSamples();
        samples.Start();
        var bytes = Run(load, Rounds);
        samples.Stop();

        var loads = (double)Rounds * ColdLoads.Keys;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {bytes / loads:F0} bytes per load"));
        foreach (var (type, share) in samples.Shares())
        {
            if (share * bytes / loads < 3) break;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {share * bytes / loads,6:F0}  {type}"));
        }
        Console.WriteLine();
    }

    private static long Run(Func<ColdLoads, Task> load, int rounds)
    {
        var bytes = 0L;
        for (var round = 0; round < rounds; round++)
        {
            using var cold = new ColdLoads();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            load(cold).GetAwaiter().GetResult();
            bytes += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        return bytes;
    }

    /// <summary>The runtime's own random samples of allocations, about one per 100 KB: each byte is as likely to be hit as any other, so a type's share of the samples is its share of the bytes.</summary>
    private sealed class AllocationSamples : EventListener
    {
        private const EventKeywords AllocationSampling = (EventKeywords)0x80000000000;

        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _samples = [];
        private EventSource? _runtime;

        public void Start() => EnableEvents(_runtime!, EventLevel.Informational, AllocationSampling);

        public void Stop() => DisableEvents(_runtime!);

        public IEnumerable<(string Type, double Share)> Shares()
        {
            lock (_gate)
            {
                double all = _samples.Values.Sum();
                return [.. _samples.OrderByDescending(sample => sample.Value).Select(sample => (sample.Key, sample.Value / all))];
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") _runtime = eventSource;
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName != "AllocationSampled") return;
            var type = (string)eventData.Payload![eventData.PayloadNames!.IndexOf("TypeName")]!;
            lock (_gate) _samples[type] = _samples.GetValueOrDefault(type) + 1;
        }
    }
}

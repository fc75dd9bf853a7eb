using BenchmarkDotNet.Attributes;

namespace Freshet.Benchmarks;

/// <summary>Reads that find nothing and load: 20,000 distinct keys into an empty cache, one after the other. One operation is one load.</summary>
/// <remarks>
/// The caches' own growth is in it on both sides. MemoryCache gets ready-made keys, no tags, no lock against a stampede, and a loader
/// that needs no services; <see cref="MemoryCacheWithScope"/> is the same with a service scope for each load, which a loader with a
/// database needs there too, and which Freshet opens for a loader that asks for services.
/// </remarks>
[MemoryDiagnoser, MinColumn]
public class ColdLoadBenchmarks
{
    private const int Loads = ColdLoads.Keys;
    private static readonly ColdWarmth _warmth = new();

    private ColdLoads _cold = null!;

    /// <summary>All contenders before the first of them is measured: else that one would pay for what the others find compiled.</summary>
    [GlobalSetup]
    public void WarmUp() => _warmth.Reach(
        cold => cold.MemoryCacheAsync(),
        cold => cold.MemoryCacheWithScopeAsync(),
        cold => cold.FreshetAsync(BenchCatalog.NoTags),
        cold => cold.FreshetAsync(BenchCatalog.TwoSharedTags),
        cold => cold.FreshetAsync(BenchCatalog.TwoTags),
        cold => cold.FreshetAsync(BenchCatalog.WithServices));

    [IterationSetup]
    public void Empty() => _cold = new ColdLoads();

    [IterationCleanup]
    public void Stop() => _cold.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Loads)]
    public void MemoryCacheGetOrCreate() => Wait(_cold.MemoryCacheAsync());

    [Benchmark(OperationsPerInvoke = Loads)]
    public void MemoryCacheWithScope() => Wait(_cold.MemoryCacheWithScopeAsync());

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetNoTags() => Wait(_cold.FreshetAsync(BenchCatalog.NoTags));

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetTwoSharedTags() => Wait(_cold.FreshetAsync(BenchCatalog.TwoSharedTags));

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetTwoTagsOfItsOwn() => Wait(_cold.FreshetAsync(BenchCatalog.TwoTags));

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetWithServices() => Wait(_cold.FreshetAsync(BenchCatalog.WithServices));

    // One wait for all the loads, so that blocking costs nothing; not async, because the in-process toolchain may not wait for a task.
    private static void Wait(Task loads) => loads.GetAwaiter().GetResult();
}

/// <summary>The same with a loader that does not complete at once: it goes through the thread pool, as one that asks a database does.</summary>
[MemoryDiagnoser, MinColumn]
public class ColdYieldBenchmarks
{
    private const int Loads = ColdLoads.Keys;
    private static readonly ColdWarmth _warmth = new();

    private ColdLoads _cold = null!;

    [GlobalSetup]
    public void WarmUp() => _warmth.Reach(
        cold => cold.MemoryCacheYieldingAsync(),
        cold => cold.FreshetAsync(BenchCatalog.Yielding),
        cold => cold.FreshetAsync(BenchCatalog.YieldingTwoSharedTags));

    [IterationSetup]
    public void Empty() => _cold = new ColdLoads();

    [IterationCleanup]
    public void Stop() => _cold.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Loads)]
    public void MemoryCacheGetOrCreate() => Wait(_cold.MemoryCacheYieldingAsync());

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetNoTags() => Wait(_cold.FreshetAsync(BenchCatalog.Yielding));

    [Benchmark(OperationsPerInvoke = Loads)]
    public void FreshetTwoSharedTags() => Wait(_cold.FreshetAsync(BenchCatalog.YieldingTwoSharedTags));

    private static void Wait(Task loads) => loads.GetAwaiter().GetResult();
}

using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks;

/// <summary>A hit through the abstract class that existing code calls, against the memory cache it may have come from.</summary>
[MemoryDiagnoser]
public class HybridHitBenchmarks
{
    private const int Keys = 1_024;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"key-{i}")];
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private ServiceProvider? _services;
    private HybridCache? _hybrid;
    private int _next;

    [GlobalSetup]
    public void SetUp()
    {
        var services = new ServiceCollection();
        services.AddFreshet().AsHybridCache();
        _services = services.BuildServiceProvider();
        _hybrid = _services.GetRequiredService<HybridCache>();
        foreach (var key in _keys)
        {
            _memory.Set(key, new Summary(key, 42), TimeSpan.FromHours(1));
            _hybrid.GetOrCreateAsync(key, _ => ValueTask.FromResult(new Summary(key, 42)), new HybridCacheEntryOptions { Expiration = TimeSpan.FromHours(1) }, ["reports", "all"])
                .AsTask().GetAwaiter().GetResult();
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _services?.Dispose();
        _memory.Dispose();
    }

    [Benchmark(Baseline = true)]
    public Summary? MemoryCache() => _memory.TryGetValue(Next(), out Summary? value) ? value : null;

    [Benchmark]
    public Summary? FreshetAsHybridCache()
    {
        var read = _hybrid!.GetOrCreateAsync(Next(), static ValueTask<Summary> (CancellationToken _) => throw new InvalidOperationException("A hit runs no factory."));
        return read.IsCompletedSuccessfully ? read.Result : throw new InvalidOperationException("A hit completes at once.");
    }

    private string Next() => _keys[_next++ & (Keys - 1)];
}

using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Memory;

namespace Freshet.Benchmarks;

/// <summary>A hit with a string argument, beside IMemoryCache with a ready-made key: 1,024 rotating keys, one thread, metrics on.</summary>
[MemoryDiagnoser]
public class HitBenchmarks
{
    private const int Keys = 1_024;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"acc_{i}")];
    private readonly string[] _memoryKeys = [.. Enumerable.Range(0, Keys).Select(i => $"account-summary:acc_{i}")];
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private BenchApp _app = null!;
    private IFreshet _freshet = null!;
    private int _next;

    [GlobalSetup]
    public void Fill() => FillAsync().GetAwaiter().GetResult(); // not async: the in-process toolchain does not wait for a task

    private async Task FillAsync()
    {
        _app = new BenchApp();
        _freshet = _app.Freshet;
        foreach (var key in _memoryKeys) _memory.Set(key, new Summary(key, 42), TimeSpan.FromHours(1));
        foreach (var key in _keys)
        {
            await _freshet.ReadAsync(BenchCatalog.NoTags, key);
            await _freshet.ReadAsync(BenchCatalog.FiveTags, key);
        }
    }

    [GlobalCleanup]
    public void Stop() => _app.Dispose();

    [Benchmark(Baseline = true)]
    public Summary? MemoryCacheTryGetValue()
    {
        _memory.TryGetValue(_memoryKeys[_next++ & (Keys - 1)], out Summary? summary);
        return summary;
    }

    [Benchmark]
    public Summary FreshetNoTags() => _freshet.ReadAsync(BenchCatalog.NoTags, _keys[_next++ & (Keys - 1)]).GetAwaiter().GetResult();

    [Benchmark]
    public Summary FreshetFiveTags() => _freshet.ReadAsync(BenchCatalog.FiveTags, _keys[_next++ & (Keys - 1)]).GetAwaiter().GetResult();
}

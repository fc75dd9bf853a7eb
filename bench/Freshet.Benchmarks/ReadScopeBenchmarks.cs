using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Memory;

namespace Freshet.Benchmarks;

/// <summary>Hits as a request makes them: inside a read scope, which gathers tags and positions for the response's headers. One operation is one read.</summary>
[MemoryDiagnoser, MinColumn]
public class ReadScopeBenchmarks
{
    private const int Reads = 16; // a request that shows a full page

    private readonly string[] _keys = [.. Enumerable.Range(0, 1_024).Select(i => $"acc_{i}")];
    private readonly string[] _memoryKeys = [.. Enumerable.Range(0, 1_024).Select(i => $"account-summary:acc_{i}")];
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private BenchApp _app = null!;
    private IFreshet _freshet = null!;
    private int _next;

    [GlobalSetup]
    public void Fill() // not async: the in-process toolchain does not wait for a task
    {
        _app = new BenchApp();
        _freshet = _app.Freshet;
        foreach (var key in _memoryKeys) _memory.Set(key, new Summary(key, 42), TimeSpan.FromHours(1));
        foreach (var key in _keys)
        {
            _freshet.ReadAsync(BenchCatalog.NoTags, key).AsTask().GetAwaiter().GetResult();
            _freshet.ReadAsync(BenchCatalog.FiveTags, key).AsTask().GetAwaiter().GetResult();
        }
    }

    [GlobalCleanup]
    public void Stop() => _app.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Reads)]
    public int PlainHitFiveTags() => Read(BenchCatalog.FiveTags, Reads);

    [Benchmark(OperationsPerInvoke = Reads)]
    public int MemoryCacheTryGetValue()
    {
        var sum = 0;
        for (var i = 0; i < Reads; i++)
        {
            _memory.TryGetValue(_memoryKeys[_next++ & 1_023], out Summary? summary);
            sum += summary!.Balance;
        }
        return sum;
    }

    /// <summary>A scope of sixteen reads, opened and closed.</summary>
    [Benchmark(OperationsPerInvoke = Reads)]
    public int ScopeOf16FiveTags()
    {
        using var scope = _freshet.BeginReadScope();
        return Read(BenchCatalog.FiveTags, Reads);
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public int ScopeOf16NoTags()
    {
        using var scope = _freshet.BeginReadScope();
        return Read(BenchCatalog.NoTags, Reads);
    }

    /// <summary>A scope for one read: what opening and closing costs.</summary>
    [Benchmark]
    public int ScopeOf1FiveTags()
    {
        using var scope = _freshet.BeginReadScope();
        return Read(BenchCatalog.FiveTags, 1);
    }

    private int Read(CachedQuery<string, Summary> query, int reads)
    {
        var sum = 0;
        for (var i = 0; i < reads; i++) sum += _freshet.ReadAsync(query, _keys[_next++ & 1_023]).GetAwaiter().GetResult().Balance;
        return sum;
    }
}

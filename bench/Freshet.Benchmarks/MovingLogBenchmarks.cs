using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Memory;

namespace Freshet.Benchmarks;

/// <summary>Hits while the log moves on: tags that no entry carries are invalidated in between. One operation is one read; the invalidations' own time is in it.</summary>
/// <remarks>
/// 1,024 rotating keys and an invalidation every 1,024 reads: whenever an entry is read again, the position has moved since it was
/// last checked, so every single read looks at the entry's marks. That is the dearest a hit can be. With an invalidation every 64
/// reads nothing gets dearer but the share of the invalidations themselves, which <see cref="InvalidationAlone"/> tells apart.
/// </remarks>
[MemoryDiagnoser, MinColumn]
public class MovingLogBenchmarks
{
    private const int Keys = 1_024;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"acc_{i}")];
    private readonly string[] _memoryKeys = [.. Enumerable.Range(0, Keys).Select(i => $"account-summary:acc_{i}")];
    private readonly Tag[] _unrelated = [.. Enumerable.Range(0, 16).Select(i => BenchCatalog.Unrelated.For($"u{i}"))];
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private BenchApp _app = null!;
    private IFreshet _freshet = null!;
    private int _moved;

    [GlobalSetup]
    public void Fill() // not async: the in-process toolchain does not wait for a task
    {
        _app = new BenchApp();
        _freshet = _app.Freshet;
        foreach (var key in _memoryKeys) _memory.Set(key, new Summary(key, 42), TimeSpan.FromHours(1));
        foreach (var key in _keys)
        {
            _freshet.ReadAsync(BenchCatalog.NoTags, key).AsTask().GetAwaiter().GetResult();
            _freshet.ReadAsync(BenchCatalog.TwoTags, key).AsTask().GetAwaiter().GetResult();
            _freshet.ReadAsync(BenchCatalog.FiveTags, key).AsTask().GetAwaiter().GetResult();
        }
    }

    [GlobalCleanup]
    public void Stop() => _app.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Keys)]
    public int MemoryCacheTryGetValue()
    {
        var sum = 0;
        foreach (var key in _memoryKeys)
        {
            _memory.TryGetValue(key, out Summary? summary);
            sum += summary!.Balance;
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Keys)]
    public int FiveTagsLogStandsStill() => ReadAll(BenchCatalog.FiveTags);

    [Benchmark(OperationsPerInvoke = Keys)]
    public int NoTagsEveryReadChecks()
    {
        Move();
        return ReadAll(BenchCatalog.NoTags);
    }

    [Benchmark(OperationsPerInvoke = Keys)]
    public int TwoTagsEveryReadChecks()
    {
        Move();
        return ReadAll(BenchCatalog.TwoTags);
    }

    [Benchmark(OperationsPerInvoke = Keys)]
    public int FiveTagsEveryReadChecks()
    {
        Move();
        return ReadAll(BenchCatalog.FiveTags);
    }

    [Benchmark(OperationsPerInvoke = Keys)]
    public int FiveTagsInvalidationEvery64Reads()
    {
        var sum = 0;
        for (var i = 0; i < Keys; i++)
        {
            if ((i & 63) == 0) Move();
            sum += _freshet.ReadAsync(BenchCatalog.FiveTags, _keys[i]).GetAwaiter().GetResult().Balance;
        }
        return sum;
    }

    [Benchmark]
    public void InvalidationAlone() => Move();

    private int ReadAll(CachedQuery<string, Summary> query)
    {
        var sum = 0;
        foreach (var key in _keys) sum += _freshet.ReadAsync(query, key).GetAwaiter().GetResult().Balance;
        return sum;
    }

    private void Move() => _app.Invalidate(_unrelated[_moved++ & (_unrelated.Length - 1)]);
}

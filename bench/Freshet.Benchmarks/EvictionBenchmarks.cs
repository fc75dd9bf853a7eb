using BenchmarkDotNet.Attributes;

namespace Freshet.Benchmarks;

/// <summary>A landed load's way into the store: in place of an entry of the same key, and into a full one, where each newcomer evicts another entry.</summary>
[MemoryDiagnoser]
public class EvictionBenchmarks
{
    private const int Entries = 100_000;

    private readonly string[] _keys = [.. Enumerable.Range(0, 4 * Entries).Select(i => $"acc_{i}")];
    private BenchShelf<string> _roomy = null!;
    private BenchShelf<string> _full = null!;
    private BenchShelf<string> _busy = null!;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _roomy = new BenchShelf<string>(int.MaxValue);
        _full = new BenchShelf<string>(Entries);
        _busy = new BenchShelf<string>(Entries);
        foreach (var key in _keys.Take(Entries))
        {
            _roomy.Put(key);
            _full.Put(key);
            _busy.Put(key);
        }
    }

    /// <summary>The place is taken: one entry replaces another.</summary>
    [Benchmark(Baseline = true)]
    public bool Replace() => _roomy.Put(_keys[_next++ % Entries]);

    /// <summary>A scan through four times as many keys as fit: every put evicts.</summary>
    [Benchmark]
    public bool Evict() => _full.Put(_keys[_next++ % _keys.Length]);

    /// <summary>The same while other entries are read, so that the hand has entries to spare.</summary>
    [Benchmark]
    public bool EvictAmongReads()
    {
        for (var read = 0; read < 4; read++) _busy.Read(_keys[(_next + read * 31) % Entries]);
        return _busy.Put(_keys[_next++ % _keys.Length]);
    }
}

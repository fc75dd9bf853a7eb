using BenchmarkDotNet.Attributes;

namespace Freshet.Benchmarks;

/// <summary>A landed load's way into the store: in place of an entry of the same key, and into a full one, where each newcomer evicts another entry.</summary>
[MemoryDiagnoser]
public class EvictionBenchmarks
{
    private const int Entries = 100_000;

    private readonly Lock _gate = new();
    private static readonly Epoch _epoch = Epoch.Create();
    private readonly AppliedPosition _applied = new(new LogPosition(_epoch, 0), new MarkTable(_epoch, forgottenUpTo: 0), sequence: 1);
    private readonly string[] _keys = [.. Enumerable.Range(0, 4 * Entries).Select(i => $"acc_{i}")];
    private EntryStore<string, Summary> _roomy = null!;
    private EntryStore<string, Summary> _full = null!;
    private EntryStore<string, Summary> _busy = null!;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _roomy = new EntryStore<string, Summary>(new NodeStore(new StoreLimits(int.MaxValue, long.MaxValue)));
        _full = new EntryStore<string, Summary>(new NodeStore(new StoreLimits(Entries, long.MaxValue)));
        _busy = new EntryStore<string, Summary>(new NodeStore(new StoreLimits(Entries, long.MaxValue)));
        foreach (var key in _keys.Take(Entries))
        {
            Put(_roomy, key);
            Put(_full, key);
            Put(_busy, key);
        }
    }

    /// <summary>The place is taken: one entry replaces another.</summary>
    [Benchmark(Baseline = true)]
    public bool Replace() => Put(_roomy, _keys[_next++ % Entries]);

    /// <summary>A scan through four times as many keys as fit: every put evicts.</summary>
    [Benchmark]
    public bool Evict() => Put(_full, _keys[_next++ % _keys.Length]);

    /// <summary>The same while other entries are read, so that the hand has entries to spare.</summary>
    [Benchmark]
    public bool EvictAmongReads()
    {
        for (var read = 0; read < 4; read++) _busy.TryGet(_keys[(_next + read * 31) % Entries], out _);
        return Put(_busy, _keys[_next++ % _keys.Length]);
    }

    private bool Put(EntryStore<string, Summary> store, string key)
    {
        var entry = new Entry<string, Summary>(key, new Summary(key, 42), _applied, [], 0, long.MaxValue, null, isCacheable: true);
        bool stored;
        lock (_gate) stored = store.PutLocked(key, entry, bytes: 300);
        if (stored) store.MakeRoom(entry);
        return stored;
    }
}

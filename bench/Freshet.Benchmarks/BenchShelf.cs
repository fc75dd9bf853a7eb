namespace Freshet.Benchmarks;

/// <summary>The entries of one query without reads around them: put as a landed load puts them.</summary>
internal sealed class BenchShelf<TKey>(int maxEntries) where TKey : notnull
{
    private static readonly Epoch _epoch = Epoch.Create();
    private readonly AppliedPosition _applied = new(new LogPosition(_epoch, 0), new MarkTable(_epoch, forgottenUpTo: 0), sequence: 1);

    public NodeStore Node { get; } = new(new StoreLimits(maxEntries, long.MaxValue));

    public EntryStore<TKey, TKey> Store => field ??= new EntryStore<TKey, TKey>(Node);

    public bool Read(TKey key) => Store.TryGet(key, out _);

    public bool Put(TKey key, long expiresAt = long.MaxValue)
    {
        var entry = new Entry<TKey, TKey>(key, key, _applied, [], 0, expiresAt, null, isCacheable: true);
        bool stored;
        lock (Store.Gate) stored = Store.PutLocked(key, entry, bytes: 300);
        if (stored) Store.MakeRoom(entry);
        return stored;
    }
}

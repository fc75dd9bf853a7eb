namespace Freshet.Tests.Store;

/// <summary>A node store with the entries of one or more queries, without loads: entries are put as a landed load puts them.</summary>
internal sealed class Shelf
{
    public static readonly Tag<string> Kind = new("shelf");

    public Shelf(int maxEntries, long maxBytes = long.MaxValue)
    {
        Node = new NodeStore(new StoreLimits(maxEntries, maxBytes));
        Store = new EntryStore<int, int>(Node);
        var epoch = Epoch.Create();
        Applied = new AppliedPosition(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
    }

    public NodeStore Node { get; }

    public EntryStore<int, int> Store { get; }

    public AppliedPosition Applied { get; }

    public MarkTable Marks => Applied.Marks;

    /// <summary>Keys still stored, from the one that came first.</summary>
    public IEnumerable<int> Keys => Node.Snapshot().Select(entry => ((Entry<int, int>)entry).Key);

    public bool Read(int key) => Store.TryGet(key, out _);

    /// <summary>Stores an entry with one tag per key, as <c>Land</c> does.</summary>
    public bool Put(int key, int bytes = 1, long expiresAt = long.MaxValue, long? version = null) => Put(Store, key, bytes, expiresAt, version);

    public bool Put(EntryStore<int, int> store, int key, int bytes = 1, long expiresAt = long.MaxValue, long? version = null)
    {
        var entry = new Entry<int, int>(key, key, Applied, Marks.Acquire([Kind.For($"k{key}")]), 0, expiresAt, version, isCacheable: true);
        bool stored;
        lock (store.Gate) stored = store.PutLocked(key, entry, bytes);
        if (stored) store.MakeRoom(entry);
        else entry.ReleaseMarks();
        return stored;
    }

    /// <summary>Dictionary, list, counts and marks tell the same story.</summary>
    public void ShouldBeConsistent(params EntryStore<int, int>[] stores)
    {
        if (stores.Length == 0) stores = [Store];
        var linked = Node.Snapshot();
        linked.ShouldBe(stores.SelectMany(store => store.Snapshot()), ignoreOrder: true);
        linked.ShouldAllBe(entry => entry.IsLinked);
        Node.Count.ShouldBe(linked.Count);
        Node.Bytes.ShouldBe(linked.Sum(entry => (long)entry.Bytes));
        foreach (var store in stores)
        {
            store.Count.ShouldBe(linked.Count(entry => ReferenceEquals(entry.Home, store)));
            store.Bytes.ShouldBe(linked.Where(entry => ReferenceEquals(entry.Home, store)).Sum(entry => (long)entry.Bytes));
        }
        // Each living entry holds its mark once and nobody else does: released once, never twice.
        foreach (var mark in linked.SelectMany(entry => entry.Marks).Distinct())
            mark.Uses.ShouldBe(linked.Count(entry => entry.Marks.Contains(mark)));
        Marks.Forget(long.MaxValue);
        Marks.Count.ShouldBe(linked.SelectMany(entry => entry.Marks).Distinct().Count());
    }
}

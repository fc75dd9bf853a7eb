namespace Freshet.Tests.Store;

/// <summary>Keys whose own code fails: what is stored under them leaves all the same, with its marks.</summary>
public sealed class UnequalKeyTests
{
    private bool _fails;

    private sealed class Key(UnequalKeyTests tests, int number) : IEquatable<Key>
    {
        public bool Equals(Key? other) => tests._fails ? throw new InvalidOperationException("Not today.") : other is not null && other.Number == Number;

        public override bool Equals(object? obj) => Equals(obj as Key);

        public override int GetHashCode() => tests._fails ? throw new InvalidOperationException("Not today.") : 7;

        private int Number => number;
    }

    [Fact]
    public void AnEntryIsEvictedTrimmedAndSweptWithoutAskingItsKey()
    {
        var shelf = new Shelf(maxEntries: 10);
        var store = new EntryStore<Key, int>(shelf.Node);
        for (var number = 0; number < 6; number++)
        {
            var key = new Key(this, number);
            var marks = shelf.Marks.Acquire([Shelf.Kind.For($"u{number}")]);
            var entry = new Entry<Key, int>(key, number, shelf.Applied, marks, 0, expiresAt: number == 5 ? 1 : 100, null, isCacheable: true);
            lock (store.Gate) store.PutLocked(key, entry, bytes: 1).ShouldBeTrue();
        }

        _fails = true;
        for (var key = 0; key < 6; key++) shelf.Put(key); // of another query; there is room for ten
        store.RemoveExpired(now: 1).ShouldBe(1);
        shelf.Node.Trim(1).ShouldBe(1);
        store.LimitTimeToLive(0);
        store.RemoveExpired(now: 1).ShouldBe(2);

        store.Snapshot().ShouldBeEmpty();
        store.Count.ShouldBe(0);
        store.Evictions[EvictionReason.Entries].ShouldBe(2);
        store.Evictions[EvictionReason.Pressure].ShouldBe(1);
        store.Evictions[EvictionReason.Expired].ShouldBe(3);
        shelf.Marks.Forget(long.MaxValue);
        shelf.Marks.Count.ShouldBe(6, "the marks of what left are given back");
        shelf.ShouldBeConsistent();
    }
}

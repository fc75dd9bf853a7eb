namespace Freshet.Tests.Store;

/// <summary>A read that meets changes of the table on its way: moved by hand, inside the comparison of a key that the read passes.</summary>
public sealed class MovingTableTests
{
    private readonly NodeStore _node = new(new StoreLimits(1_000_000, long.MaxValue));
    private readonly EntryStore<Key, int> _store;
    private readonly AppliedPosition _applied;

    public MovingTableTests()
    {
        _store = new EntryStore<Key, int>(_node);
        var epoch = Epoch.Create();
        _applied = new AppliedPosition(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
    }

    /// <summary>All of one hash code, so that they share a chain whatever the table's size.</summary>
    private sealed class Key(int number, Action<int>? whenCompared = null) : IEquatable<Key>
    {
        public int Number => number;

        public bool Equals(Key? other)
        {
            other?.Compared(number);
            Compared(other!.Number);
            return other.Number == number;
        }

        public override bool Equals(object? obj) => Equals(obj as Key);

        public override int GetHashCode() => 7;

        private void Compared(int with) => whenCompared?.Invoke(with);
    }

    [Theory]
    [InlineData(1)] // the second look finds it
    [InlineData(2)] // the third, under the lock
    [InlineData(5)]
    public void AnEntryThatIsThereAllTheTimeIsFoundThoughThoseBeforeItInItsChainLeave(int leaving)
    {
        Put(0);
        for (var number = 1; number <= leaving; number++) Put(number); // before it in the chain: the newest comes first

        var left = new HashSet<int>();
        var key = new Key(0, passed =>
        {
            if (passed == 0 || left.Count == 2 || !left.Add(passed)) return; // under the lock nobody else could make one leave
            var entry = _store.Snapshot().Single(each => ((Entry<Key, int>)each).Key.Number == passed);
            _node.TryUnlink(entry).ShouldBeTrue();
            _store.Drop(entry, EvictionReason.Entries);
        });

        _store.TryGet(key, out var found).ShouldBeTrue();

        found!.Value.ShouldBe(0);
        left.Count.ShouldBe(Math.Min(2, leaving), "or nothing left under the read");
    }

    [Theory]
    [InlineData(1)] // under the first look
    [InlineData(2)] // and under the second
    public void AnEntryThatIsThereAllTheTimeIsFoundThoughItsNeighbourIsReplaced(int times)
    {
        Put(0);
        Put(1);
        var replaced = 0;
        var key = new Key(0, passed =>
        {
            if (passed == 0 || replaced == times) return;
            replaced++;
            Put(1);
        });

        _store.TryGet(key, out _).ShouldBeTrue();

        replaced.ShouldBe(times);
    }

    [Fact]
    public void AnEntryReplacedUnderAReadIsFoundOldOrNew()
    {
        Put(0);
        Put(1);
        var replaced = false;
        var key = new Key(0, passed =>
        {
            if (passed == 0 || replaced) return;
            replaced = true;
            Put(0);
        });

        _store.TryGet(key, out var found).ShouldBeTrue();

        found!.Value.ShouldBe(0);
    }

    private void Put(int number)
    {
        var key = new Key(number);
        var entry = new Entry<Key, int>(key, number, _applied, [], 0, long.MaxValue, null, isCacheable: true);
        lock (_store.Gate) _store.PutLocked(key, entry, bytes: 1).ShouldBeTrue();
    }
}

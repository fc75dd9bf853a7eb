using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Store;

/// <summary>Any sequence of reads, puts, sweeps and trims against a plain model: a list searched from the front.</summary>
public sealed class StoreModelTests
{
    private const int MaxEntries = 6;
    private const long MaxBytes = 400;

    public enum Kind
    {
        Read,
        Put,
        Sweep,
        Trim,
    }

    public sealed record Step(Kind Kind, int Key, int Number);

    [Fact]
    public void TheStoreDoesWhatThePlainModelDoes()
    {
        var steps =
            from kind in Gen.Frequency((4, Gen.Constant(Kind.Read)), (6, Gen.Constant(Kind.Put)), (1, Gen.Constant(Kind.Sweep)), (1, Gen.Constant(Kind.Trim)))
            from key in Gen.Choose(0, 11)
            from number in Gen.Choose(1, 45)
            select new Step(kind, key, number);
        Prop.ForAll(steps.ListOf().ToArbitrary(), sequence => Follows(sequence)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(120));
    }

    private static void Follows(IEnumerable<Step> sequence)
    {
        var (shelf, model) = (new Shelf(MaxEntries, MaxBytes), new Model());
        foreach (var step in sequence)
        {
            switch (step.Kind)
            {
                case Kind.Read:
                    shelf.Read(step.Key).ShouldBe(model.Read(step.Key));
                    break;
                case Kind.Put:
                    shelf.Put(step.Key, bytes: step.Number, expiresAt: step.Number).ShouldBe(model.Put(step.Key, step.Number));
                    break;
                case Kind.Sweep:
                    shelf.Store.RemoveExpired(step.Number).ShouldBe(model.Sweep(step.Number));
                    break;
                case Kind.Trim:
                    shelf.Node.Trim(step.Number % 3).ShouldBe(model.Trim(step.Number % 3));
                    break;
            }
            shelf.Keys.ShouldBe(model.Keys);
            shelf.Node.Count.ShouldBeLessThanOrEqualTo(MaxEntries);
            shelf.Node.Bytes.ShouldBeLessThanOrEqualTo(MaxBytes);
            foreach (var reason in EvictionCounters.Reasons) shelf.Store.Evictions[reason].ShouldBe(model.Evicted(reason), reason.ToString());
        }
        shelf.ShouldBeConsistent();
    }

    /// <summary>SIEVE in an array, with an index for a hand.</summary>
    private sealed class Model
    {
        private readonly List<Item> _items = [];
        private readonly Dictionary<EvictionReason, int> _evicted = [];
        private int _hand;

        private sealed class Item(int key, int number)
        {
            public int Key => key;

            public int Number => number;

            public bool Read { get; set; }
        }

        public IEnumerable<int> Keys => _items.Select(item => item.Key);

        public int Evicted(EvictionReason reason) => _evicted.GetValueOrDefault(reason);

        public bool Read(int key)
        {
            if (_items.Find(item => item.Key == key) is not { } found) return false;
            return found.Read = true;
        }

        public bool Put(int key, int number)
        {
            if (number > MaxBytes / 10)
            {
                Count(EvictionReason.Oversized);
                return false;
            }
            var item = new Item(key, number);
            var at = _items.FindIndex(present => present.Key == key);
            if (at < 0)
            {
                // A hand that has run past the end begins again at the oldest, not at what comes next.
                if (_hand == _items.Count) _hand = 0;
                _items.Add(item);
            }
            else
            {
                item.Read = true;
                _items[at] = item;
                Count(EvictionReason.Replaced);
            }
            while (_items.Count > MaxEntries || _items.Sum(each => each.Number) > MaxBytes)
            {
                var reason = _items.Count > MaxEntries ? EvictionReason.Entries : EvictionReason.Bytes;
                Evict(item, reason);
            }
            return true;
        }

        public int Sweep(int now)
        {
            var dead = _items.Where(item => item.Number <= now).ToList();
            foreach (var item in dead) RemoveAt(_items.IndexOf(item), EvictionReason.Expired);
            return dead.Count;
        }

        public int Trim(int entries)
        {
            var evicted = 0;
            while (evicted < entries && _items.Count > 0)
            {
                Evict(null, EvictionReason.Pressure);
                evicted++;
            }
            return evicted;
        }

        private void Evict(Item? newcomer, EvictionReason reason)
        {
            while (true)
            {
                if (_hand >= _items.Count) _hand = 0;
                var item = _items[_hand];
                if (item != newcomer && !item.Read) break;
                if (item != newcomer) item.Read = false;
                _hand++;
            }
            RemoveAt(_hand, reason);
        }

        private void RemoveAt(int at, EvictionReason reason)
        {
            _items.RemoveAt(at);
            if (at < _hand) _hand--;
            Count(reason);
        }

        private void Count(EvictionReason reason) => _evicted[reason] = _evicted.GetValueOrDefault(reason) + 1;
    }
}

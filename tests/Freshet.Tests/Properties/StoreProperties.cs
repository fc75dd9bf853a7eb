using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>Two queries that share one bounded store, loads landing in any order: what must hold whichever entry the hand picks. Which one it picks is tested by <see cref="Store.StoreModelTests"/>.</summary>
public sealed class StoreProperties
{
    private const int MaxEntries = 14;
    private const long MaxBytes = 100; // reached first by some sequences, the entries by others

    private enum Kind
    {
        Put,
        Read,
        Sweep,
        Trim,
        Shorten,
        NewEpoch,
    }

    private sealed record Step(Kind Kind, int Key, int Position, int Amount);

    [Fact]
    public void WhateverHappensTheStoreKeepsItsLimitsItsNewestValuesAndItsMarks() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (12, Gen.Constant(Kind.Put)), (6, Gen.Constant(Kind.Read)), (2, Gen.Constant(Kind.Sweep)), (1, Gen.Constant(Kind.Trim)),
            (1, Gen.Constant(Kind.Shorten)), (1, Gen.Constant(Kind.NewEpoch)))
        from key in Gen.Choose(0, 17)
        from position in Gen.Choose(0, 4)
        from amount in Gen.Choose(1, 90)
        select new Step(kind, key, position, amount), steps => new Run().Follows(steps), runs: 800, size: 120);

    private sealed class Run
    {
        private static readonly Tag _shared = Things.Owner.For("all");

        private readonly NodeStore _node = new(new StoreLimits(MaxEntries, MaxBytes));
        private readonly EntryStore<int, int> _numbers;
        private readonly EntryStore<string, int> _texts;
        private readonly List<(Epoch Epoch, MarkTable Marks)> _epochs = [];
        private readonly Dictionary<(bool IsText, int Key), Entry<int>> _model = []; // every entry that was stored and has not left
        private readonly Dictionary<Entry, long> _dies = [];
        private long _version;

        public Run()
        {
            _numbers = new EntryStore<int, int>(_node);
            _texts = new EntryStore<string, int>(_node);
            _epochs.Add(NewEpoch());
        }

        private long Left => EvictionCounters.Reasons.Where(reason => reason is not (EvictionReason.Replaced or EvictionReason.Oversized))
            .Sum(reason => _numbers.Evictions[reason] + _texts.Evictions[reason]);

        public void Follows(IReadOnlyList<Step> steps)
        {
            foreach (var step in steps)
            {
                var (count, left) = (_model.Count, Left);
                switch (step.Kind)
                {
                    case Kind.Put:
                        Put(step);
                        count = _model.Count;
                        break;
                    case Kind.Read:
                        TryGet((step.Key % 2 == 0, step.Key), out _);
                        break;
                    case Kind.Sweep:
                        var dead = _model.Where(each => _dies[each.Value] <= step.Amount).Select(each => each.Key).ToList();
                        (_numbers.RemoveExpired(step.Amount) + _texts.RemoveExpired(step.Amount)).ShouldBe(dead.Count);
                        foreach (var key in dead) TryGet(key, out _).ShouldBeFalse("past its time to live and swept");
                        break;
                    case Kind.Trim:
                        _node.Trim(step.Amount % 4).ShouldBe(Math.Min(step.Amount % 4, _model.Count));
                        break;
                    case Kind.Shorten:
                        _numbers.LimitTimeToLive(step.Amount);
                        foreach (var entry in _model.Where(each => !each.Key.IsText).Select(each => each.Value))
                            _dies[entry] = Math.Min(_dies[entry], entry.CapturedAt + step.Amount);
                        break;
                    case Kind.NewEpoch:
                        _epochs.Add(NewEpoch());
                        break;
                }
                ForgetWhatLeft();
                ((long)(count - _model.Count)).ShouldBe(Left - left, "every entry that left was counted once, by reason");
                _node.Count.ShouldBeLessThanOrEqualTo(MaxEntries);
                _node.Bytes.ShouldBeLessThanOrEqualTo(MaxBytes);
                foreach (var (_, entry) in _model) entry.ExpiresAt.ShouldBe(_dies[entry]);
            }
            MarksShouldBeHeldByTheLiving();
        }

        /// <summary>A load that began at some position, in the present epoch or the one before, lands with one tag of its own and a shared one.</summary>
        private void Put(Step step)
        {
            var (epoch, marks) = _epochs[^(step.Position == 0 && _epochs.Count > 1 ? 2 : 1)];
            var captured = new AppliedPosition(new LogPosition(epoch, step.Position), marks, sequence: 1);
            var at = (IsText: step.Key % 2 == 0, step.Key);
            var version = step.Amount % 3 == 0 ? (long?)null : step.Amount % 3 == 1 ? ++_version : _version - 1;
            var held = marks.Acquire([Things.Thing.For($"k{step.Key}"), _shared]);
            Entry<int> entry = at.IsText
                ? new Entry<string, int>($"{step.Key}", step.Amount, captured, held, capturedAt: step.Position, expiresAt: step.Amount, version, isCacheable: true)
                : new Entry<int, int>(step.Key, step.Amount, captured, held, capturedAt: step.Position, expiresAt: step.Amount, version, isCacheable: true);

            var bytes = step.Amount % 3 == 0 ? 10 : 1 + step.Amount % 11; // 11 is more than an entry may take
            var present = _model.GetValueOrDefault(at);
            var isNewest = present is null || present.Loaded.Epoch != epoch || present.Loaded.Position < step.Position
                || (present.Loaded.Position == step.Position && !(present.Version > version));
            var stored = at.IsText ? Store(_texts, $"{step.Key}", entry, bytes) : Store(_numbers, step.Key, entry, bytes);

            stored.ShouldBe(isNewest && bytes <= MaxBytes / 10, $"{entry.Loaded} version {version} after {present?.Loaded} version {present?.Version}");
            if (!stored) return;
            _model[at] = entry;
            _dies[entry] = Math.Max(step.Amount, step.Position); // no entry dies before its load began
            TryGet(at, out var served).ShouldBeTrue("a newcomer is not evicted for itself");
            served.ShouldBeSameAs(entry);
        }

        private static (Epoch Epoch, MarkTable Marks) NewEpoch()
        {
            var epoch = Epoch.Create();
            return (epoch, new MarkTable(epoch, forgottenUpTo: 0));
        }

        private bool Store<TArgs>(EntryStore<TArgs, int> store, TArgs key, Entry<int> entry, int bytes) where TArgs : notnull
        {
            bool stored;
            lock (store.Gate) stored = store.PutLocked(key, entry, bytes);
            if (stored) store.MakeRoom(entry);
            else entry.ReleaseMarks();
            return stored;
        }

        private bool TryGet((bool IsText, int Key) at, out Entry<int>? entry) => at.IsText
            ? _texts.TryGet($"{at.Key}", out entry)
            : _numbers.TryGet(at.Key, out entry);

        /// <summary>What is served is what was stored last; what has left the list is not served at all.</summary>
        private void ForgetWhatLeft()
        {
            var living = _node.Snapshot().ToHashSet();
            foreach (var (at, entry) in _model)
            {
                if (living.Remove(entry))
                {
                    TryGet(at, out var served).ShouldBeTrue();
                    served.ShouldBeSameAs(entry);
                    continue;
                }
                _model.Remove(at);
                TryGet(at, out _).ShouldBeFalse("it was evicted");
            }
            living.ShouldBeEmpty("an entry is kept that was replaced or refused");
        }

        private void MarksShouldBeHeldByTheLiving()
        {
            var marks = _model.Values.SelectMany(entry => entry.Marks).ToLookup(mark => mark);
            foreach (var held in marks) held.Key.Uses.ShouldBe(held.Count(), held.Key.Tag.Text);
            foreach (var (_, table) in _epochs) table.Forget(long.MaxValue);
            _epochs.Sum(epoch => epoch.Marks.Count).ShouldBe(marks.Count);
        }
    }
}

using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>Entries of a node that applies records, sweeps, changes epochs, and whose readers are held up: every check agrees with the list of all invalidations.</summary>
public sealed class EntryProperties
{
    private static readonly Tag[] _tags = [.. "abc".Select(name => Things.Thing.For(name.ToString()))];

    private enum Kind
    {
        Apply,
        Wait,
        Load,
        FindTag,
        Land,
        Drop,
        Sweep,
        Adopt,
        Check,
        ReadPosition,
        CheckHeldUp,
    }

    private sealed record Step(Kind Kind, int Tag, int Amount);

    private sealed class Load : RunningLoad
    {
        public Load(AppliedPosition captured)
        {
            Captured = captured;
            Marks = [.. captured.Marks.Acquire([])];
            CapturedPosition = captured.Position.Position;
        }

        public AppliedPosition Captured { get; }

        public List<TagMark> Marks { get; }

        public override void TimeOut() => throw new InvalidOperationException("Nothing here takes long.");
    }

    [Fact]
    public void EveryCheckAgreesWithTheListOfAllInvalidations() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (5, Gen.Constant(Kind.Apply)), (2, Gen.Constant(Kind.Wait)), (4, Gen.Constant(Kind.Load)), (3, Gen.Constant(Kind.FindTag)),
            (4, Gen.Constant(Kind.Land)), (1, Gen.Constant(Kind.Drop)), (2, Gen.Constant(Kind.Sweep)), (1, Gen.Constant(Kind.Adopt)),
            (3, Gen.Constant(Kind.Check)), (2, Gen.Constant(Kind.ReadPosition)), (3, Gen.Constant(Kind.CheckHeldUp)))
        from tag in Gen.Choose(0, 2)
        from amount in Gen.Choose(0, 63)
        select new Step(kind, tag, amount), steps => new Run().Follows(steps), runs: 600, size: 100);

#pragma warning disable CA1001 // Its node's timer runs on the test's own clock, and ends with it.
    private sealed class Run
#pragma warning restore CA1001
    {
        private readonly TestTimeProvider _time = new();
        private readonly Node _node;
        private readonly Dictionary<Epoch, InvalidationList> _lists = [];
        private readonly LoadList _running;
        private readonly List<Load> _loads = [];
        private readonly List<Entry<int>> _entries = [];
        private AppliedPosition _held; // what a reader that is held up read before
        private long _positionAtLastSweep;
        private bool _isExact = true;

        public Run()
        {
            _node = new Node(new Clock(_time), Epoch.Create());
            _running = _node.Running.Open(new Lock());
            _lists[Applied.Epoch] = new InvalidationList();
            _held = _node.Applied;
        }

        private LogPosition Applied => _node.Applied.Position;

        public void Follows(IReadOnlyList<Step> steps)
        {
            foreach (var (kind, tag, amount) in steps)
            {
                var load = _loads.Count == 0 ? null : _loads[amount % _loads.Count];
                var entry = _entries.Count == 0 ? null : _entries[amount % _entries.Count];
                switch (kind)
                {
                    case Kind.Apply:
                        Apply(tag, amount);
                        break;
                    case Kind.Wait:
                        _time.Advance(TimeSpan.FromMilliseconds(amount / 2));
                        break;
                    case Kind.Load:
                        Begin(_tags[tag]);
                        break;
                    case Kind.FindTag when load is not null && !load.Marks.Exists(mark => mark.Tag == _tags[tag]):
                        load.Marks.Add(load.Captured.Marks.Acquire(_tags[tag]));
                        break;
                    case Kind.Land when load is not null:
                        _entries.Add(new Entry<string, int>("key", amount, load.Captured, [.. load.Marks], 0, long.MaxValue, null, isCacheable: true));
                        _loads.Remove(load);
                        _running.Leave(load);
                        break;
                    case Kind.Drop when entry is not null:
                        entry.ReleaseMarks();
                        _entries.Remove(entry);
                        break;
                    case Kind.Sweep:
                        _node.Applied.Marks.Forget(Math.Min(_positionAtLastSweep, _node.Running.Lowest));
                        _positionAtLastSweep = Applied.Position;
                        break;
                    case Kind.Adopt:
                        var head = new LogPosition(Epoch.Create(), amount);
                        _lists[head.Epoch] = new InvalidationList();
                        _node.StartOver(head);
                        break;
                    case Kind.Check when entry is not null:
                        ShouldBeJudgedRightly(entry);
                        break;
                    case Kind.ReadPosition:
                        _held = _node.Applied;
                        break;
                    case Kind.CheckHeldUp when entry is not null:
                        // Records were applied since this reader read the position: it may say what held then or what holds now, and
                        // it must leave nothing behind that hides them from the next one (PROTOCOL 3).
                        ((int)entry.Judge(_held, _node.Clock.Now)).ShouldBeGreaterThanOrEqualTo((int)Right(entry, _held.Position));
                        break;
                }
            }
            foreach (var entry in _entries) ShouldBeJudgedRightly(entry);
        }

        /// <summary>One record that invalidates one to three tags, each its own way.</summary>
        private void Apply(int first, int amount)
        {
            var (position, now) = (Applied.Position + 1, _node.Clock.Now);
            var list = _lists[Applied.Epoch];
            var invalidations = new List<Invalidation>();
            for (var i = 0; i <= amount % 3; i++)
            {
                var tag = _tags[(first + i) % _tags.Length];
                var expires = (amount >> i) % 4 == 0;
                invalidations.Add(new Invalidation(tag, expires ? InvalidationKind.Expire : InvalidationKind.MarkStale, TimeSpan.FromMilliseconds(expires ? 0 : amount)));
                if (expires) list.Expire(tag, position);
                else list.MarkStale(tag, position, now + amount);
                _isExact &= list.Needed(tag, now).Count <= MarkState.MostStaleMarks;
            }
            _node.Apply(new LogRecord
            {
                Position = position,
                Id = RecordId.Next(),
                Epoch = Applied.Epoch,
                At = _node.Clock.UtcNow,
                Trigger = TriggerKind.Job,
                Action = "any",
                Call = "Raise",
                Invalidations = invalidations,
            });
        }

        private void Begin(Tag tag)
        {
            var load = new Load(_node.Applied);
            load.Marks.Add(load.Captured.Marks.Acquire(tag));
            _running.Enter(load);
            _loads.Add(load);
        }

        private Verdict Right(Entry entry, LogPosition at) => entry.Loaded.Epoch != at.Epoch
            ? Verdict.Expired
            : _lists[at.Epoch].Judge([.. entry.Marks.Select(mark => mark.Tag)], entry.Loaded.Position, _node.Clock.Now, upTo: at.Position);

        private void ShouldBeJudgedRightly(Entry entry)
        {
            var right = Right(entry, Applied);
            var judged = entry.Judge(_node.Applied, _node.Clock.Now);
            if (_isExact) judged.ShouldBe(right, $"{entry.Loaded} at {Applied}");
            else ((int)judged).ShouldBeGreaterThanOrEqualTo((int)right, $"{entry.Loaded} at {Applied}");
        }
    }
}

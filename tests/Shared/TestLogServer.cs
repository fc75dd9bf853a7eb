namespace Freshet.Tests;

/// <summary>A log that several nodes share, in memory: what a faithful service does, one atomic step per call, on a clock of its own. What goes wrong on the way to it is the affair of each <see cref="TestLogConnection"/>.</summary>
internal sealed class TestLogServer(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<TestLogConnection> _connections = []; // guarded by _gate, like all below
    private TestLogState _state = new();
    private bool _isMature;
    private Dictionary<NodeId, LeaseRow> _leases = [];
    private readonly HashSet<long> _unreadable = [];

    public Epoch Epoch => Within(() => _state.Epoch);

    public LogPosition Head => Within(() => new LogPosition(_state.Epoch, _state.Head));

    /// <summary>Whether the epoch is older than any lease of an earlier one (PROTOCOL 18).</summary>
    public bool IsMature
    {
        get => Within(() => _isMature);
        set => Within(() => _isMature = value);
    }

    public IReadOnlyList<LeaseRow> Leases => Within<IReadOnlyList<LeaseRow>>(() => [.. _leases.Values]);

    /// <summary>Every record that is still kept.</summary>
    public IReadOnlyList<LogRecord> Records => Within<IReadOnlyList<LogRecord>>(() => [.. _state.Records]);

    public TestLogConnection Connect(string name)
    {
        var connection = new TestLogConnection(this, name);
        Within(() => _connections.Add(connection));
        return connection;
    }

    /// <summary>The holds that stand.</summary>
    public IReadOnlyList<LogRecord> Holds => Within<IReadOnlyList<LogRecord>>(() => [.. _state.Holds.Values]);

    /// <summary>What would be on its disk now.</summary>
    public TestLogState Snapshot() => Within(() => _state.Copy());

    /// <summary>Restarts with nothing on its disk, or is flushed: everything is gone, and a fresh epoch begins.</summary>
    public void RestartEmpty() => Within(() => StartIn(new TestLogState()));

    /// <summary>Restarts from what was on its disk a while ago: positions since then are given again, in a fresh epoch (PROTOCOL 16).</summary>
    /// <param name="snapshot">What was on its disk.</param>
    /// <param name="keepsEpoch">Whether it fails to notice, as no faithful service does.</param>
    public void RestartFrom(TestLogState snapshot, bool keepsEpoch = false) => Within(() =>
    {
        var state = snapshot.Copy();
        if (!keepsEpoch) state.BeginEpoch();
        StartIn(state);
    });

    /// <summary>Drops the records up to a position.</summary>
    public void Trim(long upTo) => Within(() => _state.Trim(upTo));

    /// <summary>Lets a record be one that no node can read: a newer version's, or somebody else's bytes.</summary>
    public void MakeUnreadable(long position) => Within(() => _unreadable.Add(position));

    /// <summary>Forgets the marks of invalidations up to a position.</summary>
    public void ForgetMarks(long upTo) => Within(() => _state.ForgetMarks(upTo));

    internal ExchangeReply Exchange(ExchangeRequest request) => Within(() =>
    {
        // An epoch that a node has left is never to be met again (PROTOCOL 17).
        if (request.Refused.Contains(_state.Epoch))
        {
            _state.BeginEpoch();
            StartIn(_state);
        }
        var isOurs = request.Known?.Epoch == _state.Epoch;
        _isMature |= isOurs && request.IsMature;
        // A request that was overtaken by the next must not take the row back to what it said before.
        if (request.Lease is { } lease && (!_leases.TryGetValue(lease.Node, out var before) || before.Renewal < lease.Renewal)) _leases[lease.Node] = lease;
        var after = isOurs ? request.Known!.Value.Position : _state.Head;
        var unreadable = _unreadable.Where(position => isOurs && position > after && position <= _state.Head).DefaultIfEmpty().Min();
        return new ExchangeReply(
            new LogPosition(_state.Epoch, _state.Head), _state.Oldest,
            unreadable > 0 ? [] : _state.After(after, request.MostRecords),
            time.GetUtcNow(), _isMature, TimeSpan.FromDays(1))
        {
            Holds = isOurs && after + 1 >= _state.Oldest && unreadable == 0 ? [] : [.. _state.Holds.Values],
            UnreadableAt = unreadable,
        };
    });

    internal AppendReply Append(AppendRequest request) => Within(() =>
    {
        var before = new Dictionary<Tag, long>();
        var (records, added) = (new List<LogRecord>(), new List<LogRecord>());
        foreach (var draft in request.Drafts)
        {
            if (_state.IsLate(draft)) continue;
            foreach (var invalidation in draft.Invalidations) before.TryAdd(invalidation.Tag, _state.LastInvalidation(invalidation.Tag));
            if (!_state.Ids.TryGetValue(draft.Id, out var record))
            {
                // Without what does not leave the process that raised it.
                record = LogRecord.Of(request.Writer, draft with { EventValue = null }, new LogPosition(_state.Epoch, _state.Head + 1), time.GetUtcNow());
                _state.Add(record);
                added.Add(record);
            }
            records.Add(record);
        }
        if (added.Count > 0)
        {
            foreach (var connection in _connections) connection.Post(listener => listener.OnAppended(added, request.Node), isBell: true);
        }
        return new AppendReply(records, before, [.. _leases.Values], _isMature, time.GetUtcNow());
    });

    internal FetchedMarks Fetch(IReadOnlyList<Tag> tags) => Within(() =>
        new FetchedMarks(new LogPosition(_state.Epoch, _state.Head), _state.ForgottenUpTo, [.. tags.Select(tag => _state.MarkOf(tag, time.GetUtcNow()))]));

    internal LeaseRows Rows() => Within(() => new LeaseRows(_state.Epoch, [.. _leases.Values]));

    internal bool Remove(IReadOnlyList<LeaseRow> rows) => Within(() =>
    {
        foreach (var row in rows)
        {
            if (_leases.TryGetValue(row.Node, out var present) && present.Renewal == row.Renewal) _leases.Remove(row.Node);
        }
        return true;
    });

    internal void Acknowledge(NodeId node, NodeId writer, LogPosition applied) => Within(() =>
    {
        foreach (var connection in _connections.Where(connection => connection.Nodes.Contains(writer)))
            connection.Post(listener => listener.OnAcknowledged(node, applied), isBell: false);
    });

    /// <summary>Hands out what was posted, on the caller's thread and with no lock held.</summary>
    internal void Deliver()
    {
        foreach (var connection in Within<IReadOnlyList<TestLogConnection>>(() => [.. _connections])) connection.Deliver();
    }

    private void StartIn(TestLogState state) => (_state, _leases, _isMature) = (state, [], false);

    private T Within<T>(Func<T> step)
    {
        lock (_gate) return step();
    }

    private void Within(Action step)
    {
        lock (_gate) step();
    }
}

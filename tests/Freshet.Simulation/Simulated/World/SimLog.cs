using Freshet.Tests;

namespace Freshet.Simulation;

/// <summary>The log's server: a faithful service, one atomic step per call, on a clock of its own. What goes wrong on the way to it is the affair of each <see cref="LogWire"/>.</summary>
internal sealed class SimLog
{
    private readonly Scheduler _scheduler;
    private readonly History _history;
    private readonly NodeTime _time;
    private readonly List<LogWire> _wires = [];
    private TestLogState _state = new();
    private TestLogState _snapshot = new();
    private readonly List<LeaseRow> _leases = [];
    private bool _isMature;

    public SimLog(Scheduler scheduler, History history, Lane lane, double rate)
    {
        (_scheduler, _history, Lane) = (scheduler, history, lane);
        _time = new NodeTime(scheduler, lane, rate);
        _history.BeginEpoch(_state.Epoch, scheduler.Now);
    }

    public Lane Lane { get; }

    /// <summary>Whether it is not running: nothing gets through.</summary>
    public bool IsDown { get; private set; }

    public long Head => _state.Head;

    public void Connect(LogWire wire) => _wires.Add(wire);

    public void Disconnect(LogWire wire) => _wires.Remove(wire);

    /// <summary>Stops at once. Whatever was not on its disk is lost.</summary>
    public void Crash() => IsDown = true;

    /// <summary>Comes back with nothing: a fresh epoch (PROTOCOL 16).</summary>
    public void RestartEmpty() => StartIn(new TestLogState());

    /// <summary>Comes back with what was on its disk a while ago; positions since then are given again, in a fresh epoch.</summary>
    public void RestartFromSnapshot() => StartIn(InFreshEpoch(_snapshot));

    /// <summary>Comes back with all it had, which it cannot know: a fresh epoch too.</summary>
    public void RestartIntact() => StartIn(InFreshEpoch(_state));

    /// <summary>Writes its disk.</summary>
    public void Save() => _snapshot = _state.Copy();

    /// <summary>Drops old records.</summary>
    public void Trim(int kept) => _state.Trim(_state.Head - kept);

    /// <summary>Forgets the marks of old invalidations, as their time to live does.</summary>
    public void ForgetMarks(long upTo) => _state.ForgetMarks(upTo);

    public ExchangeReply Exchange(ExchangeRequest request)
    {
        // An epoch that a node has left is never to be met again (PROTOCOL 17).
        if (request.Refused.Contains(_state.Epoch)) StartIn(InFreshEpoch(_state));
        var isOurs = request.Known?.Epoch == _state.Epoch;
        if (isOurs && request.IsMature && !_isMature)
        {
            _isMature = true;
            _history.NoteMature(_scheduler.Now);
        }
        if (request.Lease is { } lease)
        {
            var at = _leases.FindIndex(row => row.Node == lease.Node);
            if (at < 0) _leases.Add(lease);
            else if (_leases[at].Renewal < lease.Renewal) _leases[at] = lease; // one that was overtaken must not take the row back
        }
        var after = isOurs ? request.Known!.Value.Position : _state.Head;
        return new ExchangeReply(new LogPosition(_state.Epoch, _state.Head), _state.Oldest, _state.After(after, request.MostRecords), _time.GetUtcNow(), _isMature, Promises.MaxTimeToLive)
        {
            Holds = isOurs && after + 1 >= _state.Oldest ? [] : [.. _state.Holds.Values],
        };
    }

    public AppendReply Append(AppendRequest request)
    {
        var before = new Dictionary<Tag, long>();
        var (records, added) = (new List<LogRecord>(), new List<LogRecord>());
        foreach (var draft in request.Drafts)
        {
            if (_state.IsLate(draft)) continue;
            foreach (var invalidation in draft.Invalidations) before.TryAdd(invalidation.Tag, _state.LastInvalidation(invalidation.Tag));
            if (!_state.Ids.TryGetValue(draft.Id, out var record))
            {
                record = LogRecord.Of(request.Writer, draft with { EventValue = null }, new LogPosition(_state.Epoch, _state.Head + 1), _time.GetUtcNow());
                _state.Add(record);
                added.Add(record);
                Note(record);
            }
            records.Add(record);
        }
        foreach (var wire in _wires) wire.Tell(listener => listener.OnAppended(added, request.Node));
        return new AppendReply(records, before, [.. _leases], _isMature, _time.GetUtcNow());
    }

    public FetchedMarks Fetch(IReadOnlyList<Tag> tags)
    {
        var now = _time.GetUtcNow();
        return new FetchedMarks(new LogPosition(_state.Epoch, _state.Head), _state.ForgottenUpTo, [.. tags.Select(tag => _state.MarkOf(tag, now))]);
    }

    public LeaseRows Rows() => new(_state.Epoch, [.. _leases]);

    public bool Remove(IReadOnlyList<LeaseRow> rows)
    {
        foreach (var row in rows) _leases.RemoveAll(present => present.Node == row.Node && present.Renewal == row.Renewal);
        return true;
    }

    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied)
    {
        foreach (var wire in _wires)
        {
            if (wire.Node == writer) wire.Tell(listener => listener.OnAcknowledged(node, applied));
        }
    }

    private static TestLogState InFreshEpoch(TestLogState state)
    {
        var fresh = state.Copy();
        fresh.BeginEpoch();
        return fresh;
    }

    private void StartIn(TestLogState state)
    {
        (_state, IsDown) = (state, false);
        _leases.Clear();
        _isMature = false;
        _history.BeginEpoch(state.Epoch, _scheduler.Now);
    }

    private void Note(LogRecord record)
    {
        if (!record.Action.StartsWith("write ", StringComparison.Ordinal)) return;
        var write = int.Parse(record.Action.AsSpan("write ".Length), provider: null);
        var place = _history.PlaceOf(new LogPosition(record.Epoch, record.Position));
        if (record.Holds is not null) _history.Holds.Add(new HoldFact(write, place, _scheduler.Now, IsEnd: false));
        else if (record.Cause == LogRecord.Overdue) _history.Holds.Add(new HoldFact(write, place, _scheduler.Now, IsEnd: true));
        else if (record.Invalidations is [var first, ..]) _history.Appends.Add(new AppendFact(write, place, _scheduler.Now, first.Kind == InvalidationKind.Expire ? 0 : first.Deadline.Ticks));
    }
}

namespace Freshet;

/// <remarks>What the log tells this node: its records, who waits for it, and that it is there again.</remarks>
internal sealed partial class SharedLog
{
    void ILogListener.OnAppended(IReadOnlyList<LogRecord> records, NodeId writer)
    {
        _follower.Hear(records);
        if (writer == Id) return; // the reply tells this node's own
        // Without the records, which were too large to be told or appended before, all that is known is that a writer may be waiting.
        var concerns = records.Count == 0 || Concerns(records);
        if (records.Count > 0 && _follower.TryTake(records))
        {
            if (concerns) _service.Acknowledge(Id, writer, Position);
            return;
        }
        if (concerns && writer != default)
        {
            lock (_owed) _owed.Add(writer);
        }
        Wake();
    }

    void ILogListener.OnAcknowledged(NodeId node, LogPosition applied) => _waits.OnAcknowledged(node, applied);

    void ILogListener.OnConnectionChanged(bool isConnected)
    {
        if (isConnected) Counters.NoteReconnect();
        Wake();
    }

    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var woken = _woken.Task;
            await StepAsync().ConfigureAwait(false);
            await woken.WaitAsync(_options.ExchangeInterval, Node.Clock.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StepAsync()
    {
        try
        {
            if (!await _exchanger.ExchangeAsync().ConfigureAwait(false)) return;
            AcknowledgeOwed();
            await PlaceAgainAsync().ConfigureAwait(false);
            await SendPendingAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A log provider that throws, say. Whatever it is, a node that stopped following would be deaf for good.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failures.Note(error);
        }
    }

    /// <summary>Places the holds of actions that are still under way in a log that lost them, while it is too young for anybody to trust that it has all.</summary>
    private async Task PlaceAgainAsync()
    {
        var epoch = Position.Epoch;
        try
        {
            foreach (var hold in Node.OpenHolds.MissingIn(epoch))
            {
                var reply = await SendAsync(hold.Writer, [hold.Draft]).ConfigureAwait(false);
                if (reply.Records is not [var record]) continue;
                _follower.TryTake(reply.Records);
                Node.OpenHolds.NotePlaced(hold, record.Epoch, tooLate: reply.IsMature);
            }
        }
#pragma warning disable CA1031 // The log is away again: the next exchange that reaches it goes on here. One that comes too late is counted at the action's end.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Logger.HoldsNotPlacedAgain(error.GetType().Name);
        }
    }

    private LeaseRow? NextLease(LogPosition? known)
    {
        if (_stopping.IsCancellationRequested || _kinds() is not { Count: > 0 } kinds) return null;
        return _lease = new LeaseRow(Id, _options.Name, (_lease?.Renewal ?? 0) + 1, known?.Position ?? 0, kinds);
    }

    private void AcknowledgeOwed()
    {
        NodeId[] owed;
        lock (_owed)
        {
            if (_owed.Count == 0) return;
            owed = [.. _owed];
            _owed.Clear();
        }
        foreach (var writer in owed) _service.Acknowledge(Id, writer, Position);
    }

    private bool Concerns(IReadOnlyList<LogRecord> records)
    {
        if (_lease is not { } lease) return false;
        foreach (var record in records)
        {
            if (lease.IsInterestedIn(record)) return true;
        }
        return false;
    }

    private void Wake()
    {
        var woken = _woken;
        _woken = NewSignal();
        woken.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

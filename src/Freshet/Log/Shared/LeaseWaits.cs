using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>What a finished write waits for: every node whose high queries it concerns has applied it, or its lease has run out (R7, PROTOCOL 22).</summary>
internal sealed class LeaseWaits(ILogService service, NodeId me, Clock clock, SharedLogOptions options, SharedLogCounters counters, ILogger logger)
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, LogPosition> _acknowledged = []; // guarded by _gate
    private TaskCompletionSource _changed = New();                       // guarded by _gate

    /// <summary>A node has applied a position.</summary>
    public void OnAcknowledged(NodeId node, LogPosition applied)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_acknowledged.TryGetValue(node, out var before) && before.Epoch == applied.Epoch && before.Position >= applied.Position) return;
            _acknowledged[node] = applied;
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    /// <summary>Waits for the leases as they stood at the append.</summary>
    /// <param name="reply">The append's reply.</param>
    /// <param name="repliedAt">When it came, by this node's clock: the leases that stood then have run out a full lease later.</param>
    public async ValueTask WaitAsync(AppendReply reply, long repliedAt)
    {
        var last = reply.Records[^1];
        var position = new LogPosition(last.Epoch, last.Position);
        var waited = reply.Leases.Where(row => row.Node != me && row.Acknowledged < position.Position && reply.Records.Any(row.IsInterestedIn)).ToList();
        if (waited.Count == 0) return;

        var limit = repliedAt + (long)options.FullLease.TotalMilliseconds;
        var nextPoll = clock.Now + (long)_poll.TotalMilliseconds;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task; // before the look, so that what comes after it is not missed
                waited.RemoveAll(row => HasAppliedLocked(row.Node, position));
            }
            if (waited.Count == 0) break;
            var now = clock.Now;
            if (now >= limit) break;
            if (now >= nextPoll)
            {
                await PollAsync(waited, position).ConfigureAwait(false);
                nextPoll = clock.Now + (long)_poll.TotalMilliseconds;
                continue;
            }
            await changed.WaitAsync(TimeSpan.FromMilliseconds(Math.Min(limit, nextPoll) - now), clock.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        counters.NoteLeaseWait(TimeSpan.FromMilliseconds(clock.Now - repliedAt), waited.Count > 0);
        if (waited.Count > 0) await RemoveAsync(waited, position).ConfigureAwait(false);
    }

    private bool HasAppliedLocked(NodeId node, LogPosition position) =>
        _acknowledged.TryGetValue(node, out var applied) && applied.Epoch == position.Epoch && applied.Position >= position.Position;

    /// <summary>Acknowledgements may be lost: the rows tell as well. A row that is gone was released by its node, or waited out by another writer.</summary>
    private async ValueTask PollAsync(List<LeaseRow> waited, LogPosition position)
    {
        try
        {
            var rows = await service.LeasesAsync(CancellationToken.None).AsTask().WaitAsync(_poll, clock.Time).ConfigureAwait(false);
            if (rows.Epoch != position.Epoch) return; // their rows are gone with their log, their leases are not
            waited.RemoveAll(each => rows.Rows.FirstOrDefault(row => row.Node == each.Node) is not { } row || row.Acknowledged >= position.Position);
        }
#pragma warning disable CA1031 // The log is away: then the leases run out, which the caller waits for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.PollFailed(error.GetType().Name);
        }
    }

    // So that the next writer does not wait for a node that is dead. One that lives has a newer row, which stays.
    private async ValueTask RemoveAsync(List<LeaseRow> waited, LogPosition position)
    {
        foreach (var row in waited)
        {
            counters.NoteWaitedOut(row.Name);
            logger.LeaseWaitedOut(row.Name, position.Position, options.FullLease);
        }
        try
        {
            await service.RemoveLeasesAsync(waited, CancellationToken.None).AsTask().WaitAsync(_poll, clock.Time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Then the next writer waits too, and removes them.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.PollFailed(error.GetType().Name);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

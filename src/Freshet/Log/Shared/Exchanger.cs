using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Asks the shared log what is new: one exchange at a time, and whoever asks while one is under way shares the next (PROTOCOL 8).</summary>
/// <remarks>
/// An exchange that was already sent proves nothing to a read that began after it:
///   the exchange is sent and read by the log at 5 -> a write completes at 6 -> a read begins and takes the exchange's reply for
///   proof that nothing is newer than 5.
/// </remarks>
internal sealed class Exchanger(
    ILogService service, LogFollower follower, Node node, Func<LogPosition?, LeaseRow?> nextLease, SharedLogOptions options, SharedLogCounters counters, ILogger logger)
{
    private readonly Lock _gate = new();
    private Task<bool>? _running; // guarded by _gate
    private Task<bool>? _next;    // guarded by _gate: not sent yet
    private Epoch? _refused;      // used by the exchange alone
    private volatile bool _isAway;
    private long _head;

    /// <summary>Whether the last exchange failed: until one succeeds nobody waits for another.</summary>
    public bool IsAway => _isAway;

    /// <summary>The log's last position, as far as this node has heard.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>What the log says of its longest time to live.</summary>
    public TimeSpan LongestTimeToLive { get; private set; }

    /// <summary>An exchange that is sent after this call.</summary>
    /// <returns>Whether it reached the log, and everything up to its head is applied.</returns>
    public Task<bool> ExchangeAsync()
    {
        lock (_gate)
        {
            if (_next is not null) return _next;
            // Not with the surroundings of whoever asks first: others share it.
            using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            return _running is { IsCompleted: false } ? _next = AfterAsync(_running) : _running = RunAsync();
        }
    }

    private async Task<bool> AfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<bool> mine;
        lock (_gate)
        {
            _next = null; // whoever asks from here on may find it sent already
            mine = _running = RunAsync();
        }
        return await mine.ConfigureAwait(false);
    }

    private async Task<bool> RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the gate is held by whoever starts it
        try
        {
            while (!await StepAsync().ConfigureAwait(false))
            {
            }
            NoteReached();
            return true;
        }
#pragma warning disable CA1031 // Whatever the service throws means that the log is away; it is told once, counted, and visible as health.
        catch (Exception error)
#pragma warning restore CA1031
        {
            NoteAway(error);
            return false;
        }
    }

    /// <returns>Whether this node is at the head.</returns>
    private async Task<bool> StepAsync()
    {
        var known = follower.Known;
        var terms = node.Confirmation!.Terms; // before the lease is asked for
        var sentAt = node.Clock.Now;
        var wallAt = node.Clock.WallNow;
        var lease = nextLease(known);
        var isMature = follower.EpochKnownSince is { } since && sentAt - since >= (long)options.FullLease.TotalMilliseconds;
        var request = new ExchangeRequest(known, options.MaxRecordsPerExchange, lease, isMature, _refused is { } refused ? [refused] : []);
        var reply = await service.ExchangeAsync(request, CancellationToken.None).AsTask().WaitAsync(options.ExchangeTimeout, node.Clock.Time).ConfigureAwait(false);

        // Of another epoch than the log's, the row said "applied up to 100" of other numbers, and writers in this one would not wait for
        // a node that has yet to come to their 4. The next request's says what counts.
        TimeSpan? granted = lease is not null && (known is null || known.Value.Epoch == reply.Head.Epoch) ? options.LeaseDuration : null;
        Volatile.Write(ref _head, reply.Head.Position);
        LongestTimeToLive = reply.LongestTimeToLive;
        switch (follower.Take(known, reply, sentAt))
        {
            case ReplyOutcome.AtHead:
                _refused = null;
                // Only now: applied up to the reply's head, in which the lease was granted as well (PROTOCOL 8, 20).
                return follower.TryWithin(reply.Head, () => node.Confirmation.TryConfirm(terms, sentAt, wallAt, granted)) && granted is null == lease is null;
            case ReplyOutcome.Refused:
                _refused = reply.Head.Epoch;
                return false;
            default:
                return false;
        }
    }

    private void NoteReached()
    {
        counters.NoteExchange(failed: false);
        if (!_isAway) return;
        _isAway = false;
        logger.LogIsBack(node.Applied.Position.Position);
    }

    private void NoteAway(Exception error)
    {
        counters.NoteExchange(failed: true);
        if (_isAway) return;
        _isAway = true;
        logger.LogIsAway(error, error.GetType().Name);
    }
}

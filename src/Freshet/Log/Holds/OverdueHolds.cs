using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Ends holds whose writer has not: it died, or its transaction takes longer than a hold may stand (PROTOCOL 26).</summary>
/// <remarks>
/// As an expiry of their tags, for nobody knows here whether the write was committed; where an outbox has it, its relay has appended
/// the event long before. Every node looks, since any may be the only one left, and all append the same record, which the log takes
/// once. It is not the record that the hold announced: the write may yet be committed, and that one must still count.
/// </remarks>
internal sealed class OverdueHolds : IDisposable
{
    /// <summary>How often they are looked at, while there are any.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly FreshnessLog _log;
    private readonly Node _node;
    private readonly long _limit;
    private readonly ListenerFailures _failures;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private ITimer? _timer; // guarded by _gate, like all below
    private bool _ticking;
    private bool _resolving;
    private bool _disposed;

    public OverdueHolds(FreshnessLog log, Node node, TimeSpan limit, ListenerFailures failures, ILogger<OverdueHolds> logger)
    {
        _log = log;
        _node = node;
        _limit = (long)limit.TotalMilliseconds;
        _failures = failures;
        _logger = logger;
        node.Held = Start;
        if (node.Applied.Holds is not null) Start();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Start()
    {
        lock (_gate)
        {
            if (_ticking || _disposed) return;
            _ticking = true;
            if (_timer is null) _timer = CreateTimer();
            else _timer.Change(Interval, Interval);
        }
    }

    // Not with the surroundings of whoever placed the first one: its trace and its request would live for good.
    private ITimer CreateTimer()
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return _node.Clock.Time.CreateTimer(static holds => ((OverdueHolds)holds!).Look(), this, Interval, Interval);
    }

    private void Look()
    {
        List<Hold> overdue;
        lock (_gate)
        {
            if (_disposed || _resolving) return;
            // Read under the gate: a hold that is applied after this is told of after this.
            if (_node.Applied.Holds is not { } standing)
            {
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _ticking = false;
                return;
            }
            var now = _node.Clock.Now;
            overdue = [.. standing.All.Where(hold => now - hold.PlacedAt >= _limit).OrderBy(hold => hold.Record.Position)];
            if (overdue.Count == 0 || _log.IsAway) return; // they stand until the log can be told otherwise
            _resolving = true;
        }
        _ = ResolveAsync(overdue);
    }

    private async Task ResolveAsync(List<Hold> overdue)
    {
        try
        {
            foreach (var hold in overdue)
            {
                var appended = await _log.AppendAsync(WriterOf(hold), [Ending(hold)], keepPending: false).ConfigureAwait(false);
                if (appended.IsPending) return;
                _log.Holds.NoteOverdue();
                _logger.HoldOverdue(hold.Record.Action, hold.Record.Trigger, hold.Record.Position, hold.Tags.Count, TimeSpan.FromMilliseconds(_limit));
                _log.WriteLines(appended.Records);
            }
        }
#pragma warning disable CA1031 // A log provider that throws, say. The holds stand, and are looked at again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failures.Note(error);
        }
        finally
        {
            lock (_gate) _resolving = false;
        }
    }

    private static RecordDraft Ending(Hold hold) =>
        new(RecordId.OfOverdue(hold.Id), FreshnessLog.ReleaseCall, null, null, [.. hold.Tags.Select(tag => new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero))], LogRecord.Overdue)
        {
            Releases = [hold.Release],
        };

    private static Writer WriterOf(Hold hold) => new(hold.Record.Trigger, hold.Record.Action, hold.Record.Actor, hold.Record.TraceParent);
}

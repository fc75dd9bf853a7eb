using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The log that several nodes share, as this node uses it: it appends, follows, confirms, and holds a read lease.</summary>
internal sealed partial class SharedLog : FreshnessLog, ILogListener, IAsyncDisposable
{
    private static readonly TimeSpan _startWait = TimeSpan.FromSeconds(5);

    private readonly ILogService _service;
    private readonly SharedLogOptions _options;
    private readonly ListenerFailures _failures;
    private readonly LogFollower _follower;
    private readonly Exchanger _exchanger;
    private readonly LeaseWaits _waits;
    private readonly Func<IReadOnlyCollection<string>> _kinds;
    private readonly HashSet<NodeId> _owed = []; // writers to acknowledge to, once what they appended is applied; guarded by itself
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly long _startedAt;
    private volatile LeaseRow? _lease; // the last one asked for
    private int _started;
    private Task _following = Task.CompletedTask;
    private volatile TaskCompletionSource _woken = NewSignal();

    /// <param name="service">The log.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="kinds">Kinds of the tags that this node's high queries use: what its lease speaks for.</param>
    /// <param name="node">This node; it must have a <see cref="Confirmation"/>.</param>
    /// <param name="history">The last records, for followers.</param>
    /// <param name="targets">Foreign caches that the log drives.</param>
    /// <param name="invalidations">What was appended here.</param>
    /// <param name="failures">What listeners throw.</param>
    /// <param name="logger">Where outages are told.</param>
    public SharedLog(
        ILogService service, SharedLogOptions options, Func<IReadOnlyCollection<string>> kinds, Node node, RecordHistory history, CacheTargets targets,
        InvalidationCounters invalidations, ListenerFailures failures, ILogger<SharedLog> logger)
        : base(node, history, targets, invalidations, logger)
    {
        _service = service;
        _options = options;
        _kinds = kinds;
        _failures = failures;
        _startedAt = node.Clock.Now;
        Pending = new PendingRecords(logger);
        _follower = new LogFollower(node, history, targets, Counters, logger);
        _exchanger = new Exchanger(service, _follower, node, NextLease, options, Counters, logger);
        _waits = new LeaseWaits(service, Id, node.Clock, options, Counters, logger);
    }

    /// <summary>This process, to the other nodes.</summary>
    public NodeId Id { get; } = NodeId.Create();

    public SharedLogCounters Counters { get; } = new();

    /// <summary>What the log has yet to take.</summary>
    public PendingRecords Pending { get; }

    public override bool IsAway => _exchanger.IsAway;

    public override bool IsMet => _follower.Known is not null;

    /// <summary>Records the log is known to have and this node has not applied.</summary>
    public long Lag => Math.Max(0, _exchanger.Head - Position.Position);

    public override bool IsShared => true;

    public override TimeSpan Unconfirmed => Node.Confirmation!.Unconfirmed ?? TimeSpan.FromMilliseconds(Node.Clock.Now - _startedAt);

    /// <summary>Begins to follow. Doing so twice is doing so once.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0) return;
        _service.Listen(this);
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _following = FollowAsync();
    }

    /// <summary>Checks what can be known at start-up and waits a moment for the log; an application starts without it if need be.</summary>
    /// <exception cref="FreshetException">The log cannot work as it is set up, with what to change.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        try
        {
            await _service.CheckAsync(cancellationToken).AsTask().WaitAsync(_startWait, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
            await _exchanger.ExchangeAsync().WaitAsync(_startWait, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (FreshetException)
        {
            throw;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Logger.StartedWithoutLog(error.GetType().Name);
        }
    }

    /// <summary>Gives the lease back, so that no writer waits for a node that has gone, and hands over what is pending once more.</summary>
    public async ValueTask StopAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Node.Confirmation!.Revoke(); // before the row goes: from then on nobody waits for this node
        if (Volatile.Read(ref _started) == 0) return;
        if (!_exchanger.IsAway) await SendPendingAsync().ConfigureAwait(false);
        if (Pending.LostWithThisProcess is > 0 and var lost) Logger.PendingLost(lost);
        if (_lease is not { } lease) return;
        try
        {
            await _service.RemoveLeasesAsync([lease], CancellationToken.None).AsTask().WaitAsync(_options.ExchangeTimeout, Node.Clock.Time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It runs out by itself.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Logger.LeaseNotReleased(error.GetType().Name);
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    public override void Check(Writer writer, RecordDraft draft) => _service.Check(writer, draft);

    /// <summary>The lease rows of every node; null when the log does not tell them in time.</summary>
    public async ValueTask<LeaseRows?> TryReadLeasesAsync(CancellationToken cancellationToken)
    {
        if (IsAway) return null; // an outage costs nobody the wait
        try
        {
            return await _service.LeasesAsync(cancellationToken).AsTask().WaitAsync(_options.ExchangeTimeout, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whoever asks is told that they are not known.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Logger.PollFailed(error.GetType().Name);
            return null;
        }
    }
}

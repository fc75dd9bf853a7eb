namespace Freshet.Simulation;

/// <summary>One process's connection to the log's server: messages take their time, and may be lost, doubled or overtaken.</summary>
internal sealed class LogWire(Scheduler scheduler, SimLog log, Lane lane, NodeLink link, Conditions conditions, Chance chance) : ILogService
{
    private ILogListener? _listener;

    /// <summary>The process, once it has asked for anything.</summary>
    public NodeId Node { get; private set; }

    public void Listen(ILogListener listener) => _listener = listener;

    public ValueTask CheckAsync(CancellationToken cancellationToken) => new(CallAsync(() => true));

    public ValueTask<ExchangeReply> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (request.Lease is { } lease) Node = lease.Node;
        return new(CallAsync(() => log.Exchange(request)));
    }

    public ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        Node = request.Node;
        return new(CallAsync(() => log.Append(request)));
    }

    public ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => new(CallAsync(() => log.Fetch(tags)));

    public ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken) => new(CallAsync(log.Rows));

    public ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken) => new(CallAsync(() => log.Remove(rows)));

    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied)
    {
        if (!link.Sends || IsLost()) return;
        scheduler.After(Latency(), log.Lane, () =>
        {
            if (!log.IsDown) log.Acknowledge(node, writer, applied);
        });
    }

    public void Check(Writer writer, RecordDraft draft)
    {
    }

    /// <summary>Something the server tells without being asked.</summary>
    public void Tell(Action<ILogListener> told)
    {
        if (!link.Receives || IsLost()) return;
        for (var copies = chance.Is(conditions.Doubling) ? 2 : 1; copies > 0; copies--)
        {
            scheduler.After(Latency() + link.SlowBy, lane, () =>
            {
                if (link.Receives && _listener is { } listener) told(listener);
            });
        }
    }

    /// <summary>The connection broke, or is back.</summary>
    public void TellConnection(bool isConnected) => lane.Post(() => _listener?.OnConnectionChanged(isConnected));

    private Task<T> CallAsync<T>(Func<T> step)
    {
        var answered = new System.Threading.Tasks.TaskCompletionSource<T>();
        if (!link.Sends)
        {
            Refuse(answered);
            return answered.Task;
        }
        if (IsLost()) return answered.Task; // the caller bounds its wait
        scheduler.After(Latency(), log.Lane, () =>
        {
            if (log.IsDown)
            {
                Refuse(answered);
                return;
            }
            var reply = step();
            if (!link.Receives || IsLost()) return;
            scheduler.After(Latency() + link.SlowBy, lane, () =>
            {
                if (link.Receives) answered.TrySetResult(reply);
            });
        });
        return answered.Task;
    }

    // A broken connection is sometimes noticed at once, and sometimes not.
    private void Refuse<T>(System.Threading.Tasks.TaskCompletionSource<T> answered)
    {
        if (chance.Is(0.7)) scheduler.After(Latency(), lane, () => answered.TrySetException(new IOException("The log cannot be reached.")));
    }

    private bool IsLost() => conditions.Loss > 0 && chance.Is(conditions.Loss);

    private long Latency() => conditions.Delay > 0 && chance.Is(conditions.Delay)
        ? TimeSpan.FromMilliseconds(chance.Between(5, 700)).Ticks
        : TimeSpan.FromMilliseconds(chance.Between(0.1, 1.5)).Ticks;
}

/// <summary>What gets through between a node and the log, whichever process is running there.</summary>
/// <param name="exchangeTimeout">How long a node waits for an answer of the log.</param>
internal sealed class NodeLink(TimeSpan exchangeTimeout)
{
    public bool Sends { get; set; } = true;

    public bool Receives { get; set; } = true;

    /// <summary>How much longer messages to the node take.</summary>
    public long SlowBy { get; set; }

    private int _troubles;
    private long _lastTrouble = long.MinValue / 2;

    /// <summary>Whether something is broken, or was a moment ago: a node needs that long to find itself again.</summary>
    public bool IsTroubled(long now) => _troubles > 0 || now - _lastTrouble < TimeSpan.FromSeconds(3).Ticks + exchangeTimeout.Ticks;

    public void BeginTrouble() => _troubles++;

    public void EndTrouble(long now)
    {
        _troubles--;
        _lastTrouble = now;
    }

    /// <summary>Whether the node reaches the second level.</summary>
    public bool ReachesStore { get; set; } = true;
}

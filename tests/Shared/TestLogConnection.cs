namespace Freshet.Tests;

/// <summary>The calls a node makes to a shared log.</summary>
internal enum LogCall
{
    Check,
    Exchange,
    Append,
    FetchMarks,
    Leases,
    RemoveLeases,
}

/// <summary>One node's way to a <see cref="TestLogServer"/>, and what goes wrong on it.</summary>
internal sealed class TestLogConnection(TestLogServer server, string name) : ILogService
{
    private readonly Lock _gate = new();
    private readonly List<LogCall> _calls = [];                                     // guarded by _gate, like all below
    private readonly Dictionary<LogCall, (Gate Gate, bool Executes)> _held = [];
    private readonly List<Gate> _gates = [];                                        // every one ever made: who waits at it is held no longer
    private readonly HashSet<LogCall> _lost = [];
    private readonly Queue<Action<ILogListener>> _inbox = new();
    private readonly List<Action<ILogListener>> _heldBells = [];
    private readonly HashSet<NodeId> _nodes = [];
    private ILogListener? _listener;
    private Gate? _hang;
    private bool _delivering;

    public string Name => name;

    /// <summary>Every call fails, and a reply that is on its way is lost.</summary>
    public bool IsCut { get; set; }

    /// <summary>Nothing that others append is told here.</summary>
    public bool DropsBells { get; set; }

    /// <summary>Everything is told twice.</summary>
    public bool DoublesBells { get; set; }

    /// <summary>What is told waits for <see cref="ReleaseBells"/>.</summary>
    public bool HoldsBells { get; set; }

    /// <summary>What this node acknowledges reaches nobody.</summary>
    public bool DropsAcknowledgements { get; set; }

    /// <summary>Called for each record to be, before anything is written: throws for one that the log would refuse.</summary>
    public Action<RecordDraft> OnCheck { get; set; } = _ => { };

    /// <summary>The node's identities: more than one after a restart.</summary>
    internal IReadOnlySet<NodeId> Nodes
    {
        get
        {
            lock (_gate) return new HashSet<NodeId>(_nodes);
        }
    }

    public int Count(LogCall call)
    {
        lock (_gate) return _calls.Count(each => each == call);
    }

    /// <summary>The next call of a kind is executed, and its reply held back.</summary>
    public Gate HoldReply(LogCall call) => Hold(call, executes: true);

    /// <summary>The next call of a kind does not get through until the gate is opened.</summary>
    public Gate HoldRequest(LogCall call) => Hold(call, executes: false);

    /// <summary>The next call of a kind is executed, and fails.</summary>
    public void LoseReply(LogCall call)
    {
        lock (_gate) _lost.Add(call);
    }

    /// <summary>No call gets through, nor fails, until <see cref="Resume"/>.</summary>
    public void Hang()
    {
        lock (_gate) _hang ??= new Gate();
    }

    public void Resume()
    {
        Gate? hang;
        lock (_gate) (hang, _hang) = (_hang, null);
        hang?.Open();
    }

    /// <summary>Hands out what was held.</summary>
    /// <param name="reversed">Whether the last comes first.</param>
    public void ReleaseBells(bool reversed = false)
    {
        HoldsBells = false;
        lock (_gate)
        {
            if (reversed) _heldBells.Reverse();
            foreach (var bell in _heldBells) _inbox.Enqueue(bell);
            _heldBells.Clear();
        }
        Deliver();
    }

    /// <summary>Ends every fault.</summary>
    public void Heal()
    {
        (IsCut, DropsBells, DoublesBells, DropsAcknowledgements) = (false, false, false, false);
        List<Gate> held;
        lock (_gate)
        {
            held = [.. _gates];
            _held.Clear();
            _lost.Clear();
        }
        foreach (var gate in held) gate.Open();
        Resume();
        ReleaseBells();
    }

    public void TellConnection(bool isConnected)
    {
        Post(listener => listener.OnConnectionChanged(isConnected), isBell: false);
        Deliver();
    }

    void ILogService.Listen(ILogListener listener)
    {
        lock (_gate) _listener = listener;
    }

    ValueTask ILogService.CheckAsync(CancellationToken cancellationToken) => new(CallAsync(LogCall.Check, () => true).AsTask());

    ValueTask<ExchangeReply> ILogService.ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (request.Lease is { } lease) Remember(lease.Node);
        return CallAsync(LogCall.Exchange, () => server.Exchange(request));
    }

    ValueTask<AppendReply> ILogService.AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        Remember(request.Node);
        return CallAsync(LogCall.Append, () => server.Append(request));
    }

    ValueTask<FetchedMarks> ILogService.FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken) =>
        CallAsync(LogCall.FetchMarks, () => server.Fetch(tags));

    ValueTask<LeaseRows> ILogService.LeasesAsync(CancellationToken cancellationToken) => CallAsync(LogCall.Leases, server.Rows);

    ValueTask ILogService.RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken) =>
        new(CallAsync(LogCall.RemoveLeases, () => server.Remove(rows)).AsTask());

    void ILogService.Acknowledge(NodeId node, NodeId writer, LogPosition applied)
    {
        if (IsCut || DropsAcknowledgements) return;
        server.Acknowledge(node, writer, applied);
        server.Deliver();
    }

    void ILogService.Check(Writer writer, RecordDraft draft) => OnCheck(draft);

    /// <summary>Takes in what is to be told. The caller holds the server's gate, so that order is the log's.</summary>
    internal void Post(Action<ILogListener> told, bool isBell)
    {
        lock (_gate)
        {
            if (IsCut || (isBell && DropsBells)) return;
            for (var i = 0; i < (isBell && DoublesBells ? 2 : 1); i++)
            {
                if (isBell && HoldsBells) _heldBells.Add(told);
                else _inbox.Enqueue(told);
            }
        }
    }

    /// <summary>Tells the node, one thing at a time. Whoever comes while another thread does so leaves it to that one.</summary>
    internal void Deliver()
    {
        while (true)
        {
            Action<ILogListener> told;
            ILogListener? listener;
            lock (_gate)
            {
                if (_delivering || !_inbox.TryDequeue(out told!)) return;
                _delivering = true;
                listener = _listener;
            }
            try
            {
                if (listener is not null) told(listener);
            }
            finally
            {
                lock (_gate) _delivering = false;
            }
        }
    }

    private void Remember(NodeId node)
    {
        lock (_gate) _nodes.Add(node);
    }

    private Gate Hold(LogCall call, bool executes)
    {
        var gate = new Gate();
        lock (_gate)
        {
            _held[call] = (gate, executes);
            _gates.Add(gate);
        }
        return gate;
    }

    private async ValueTask<T> CallAsync<T>(LogCall call, Func<T> step)
    {
        Gate? hang, before = null, after = null;
        bool isLost;
        lock (_gate)
        {
            _calls.Add(call);
            hang = _hang;
            if (_held.Remove(call, out var held))
            {
                if (held.Executes) after = held.Gate;
                else before = held.Gate;
            }
            isLost = _lost.Remove(call);
        }
        if (hang is not null) await hang.PassAsync();
        if (before is not null) await before.PassAsync();
        ThrowIf(IsCut);
        var reply = step();
        server.Deliver();
        if (after is not null) await after.PassAsync();
        ThrowIf(IsCut || isLost);
        return reply;
    }

    private void ThrowIf(bool isAway)
    {
        if (isAway) throw new IOException($"The connection of '{name}' is cut.");
    }
}

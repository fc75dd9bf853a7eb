namespace Freshet.Redis.Tests;

/// <summary>Keeps what a log told, and lets a test wait for it.</summary>
internal sealed class Heard : ILogListener
{
    private readonly Lock _gate = new();
    private readonly List<(Func<bool> IsSo, TaskCompletionSource Seen)> _awaited = [];
    private readonly List<(IReadOnlyList<LogRecord> Records, NodeId Writer)> _bells = [];
    private readonly List<(NodeId Node, LogPosition Applied)> _acknowledged = [];
    private readonly List<bool> _connected = [];

    public IReadOnlyList<(IReadOnlyList<LogRecord> Records, NodeId Writer)> Bells
    {
        get
        {
            lock (_gate) return [.. _bells];
        }
    }

    public IReadOnlyList<(NodeId Node, LogPosition Applied)> Acknowledged
    {
        get
        {
            lock (_gate) return [.. _acknowledged];
        }
    }

    public IReadOnlyList<bool> Connected
    {
        get
        {
            lock (_gate) return [.. _connected];
        }
    }

    /// <summary>Completes once something is so of what was heard.</summary>
    public Task UntilAsync(Func<Heard, bool> isSo)
    {
        lock (_gate)
        {
            if (isSo(this)) return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((() => isSo(this), seen));
            return seen.Task.WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        }
    }

    public void OnAppended(IReadOnlyList<LogRecord> records, NodeId writer) => Note(() => _bells.Add((records, writer)));

    public void OnAcknowledged(NodeId node, LogPosition applied) => Note(() => _acknowledged.Add((node, applied)));

    public void OnConnectionChanged(bool isConnected) => Note(() => _connected.Add(isConnected));

    private void Note(Action add)
    {
        lock (_gate)
        {
            add();
            foreach (var (_, seen) in _awaited.Where(each => each.IsSo())) seen.TrySetResult();
        }
    }
}

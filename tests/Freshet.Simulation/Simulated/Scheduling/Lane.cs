namespace Freshet.Simulation;

/// <summary>Where one process of the simulation runs: a node, the log's server, the world around them. What it awaits goes on here.</summary>
internal sealed class Lane(Scheduler scheduler, int number, string name) : System.Threading.SynchronizationContext
{
    private static readonly System.Threading.SynchronizationContext _elsewhere = new();

    private readonly List<Scheduler.Work> _held = [];
    private bool _isPaused;
    private bool _isDead;

    public static new Lane Current => System.Threading.SynchronizationContext.Current as Lane
        ?? throw new InvalidOperationException("This ran outside every lane: it has escaped the scheduler.");

    public Scheduler Scheduler => scheduler;

    public int Number => number;

    public string Name => name;

    public bool IsDead => _isDead;

    public override void Post(SendOrPostCallback d, object? state) => scheduler.Post(this, d, state);

    public void Post(Action work) => scheduler.Post(this, static state => ((Action)state!)(), work);

    public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("Nothing in a simulation waits for another lane.");

    public override System.Threading.SynchronizationContext CreateCopy() => this;

    /// <summary>Continuations that are ready meanwhile are posted rather than run at once.</summary>
    public static Hidden Hide()
    {
        var lane = System.Threading.SynchronizationContext.Current;
        SetSynchronizationContext(_elsewhere);
        return new Hidden(lane);
    }

    /// <summary>Nothing runs here until <see cref="Resume"/>: the process is stopped, or its machine sleeps.</summary>
    public void Pause() => _isPaused = true;

    public void Resume()
    {
        if (!_isPaused) return;
        _isPaused = false;
        foreach (var work in _held) scheduler.Post(this, work.Run, work.State);
        _held.Clear();
    }

    /// <summary>Nothing ever runs here again.</summary>
    public void Kill()
    {
        _isDead = true;
        foreach (var work in _held.Where(work => work.IsInterrupted)) scheduler.Post(this, work.Run, work.State); // it ends where it stands
        _held.Clear();
    }

    /// <summary>Waits for a while of true time.</summary>
    public Task DelayAsync(long ticks)
    {
        var ended = new System.Threading.Tasks.TaskCompletionSource();
        scheduler.After(ticks, this, ended.SetResult);
        return ended.Task;
    }

    /// <summary>Whether a piece of work may run now; one of a paused lane is kept.</summary>
    internal bool Admits(Scheduler.Work work)
    {
        if (_isDead) return work.IsInterrupted;
        if (_isPaused) _held.Add(work);
        return !_isPaused;
    }

    internal readonly struct Hidden(System.Threading.SynchronizationContext? lane) : IDisposable
    {
        public void Dispose() => SetSynchronizationContext(lane);
    }
}

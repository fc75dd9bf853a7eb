namespace Freshet.Simulation;

/// <summary>Runs everything of one simulation on one thread, in an order and at times that the seed decides.</summary>
/// <remarks>Time is virtual: it moves a little with each piece of work, and to the next timer when there is none.</remarks>
internal sealed class Scheduler
{
    private readonly List<Work> _ready = [];
    private readonly PriorityQueue<SimTimer, (long Due, long Number)> _timers = new();
    private readonly Chance _order;
    private long _numbers;

    public Scheduler(Chance chance)
    {
        _order = chance.Split();
        CoreChance = chance.Split();
    }

    /// <summary>Virtual time in ticks of 100 ns since the run began: the true time, which no node knows.</summary>
    public long Now { get; private set; }

    /// <summary>What the core draws.</summary>
    public Chance CoreChance { get; }

    /// <summary>Pieces of work done so far.</summary>
    public long Steps { get; private set; }

    /// <summary>A number that any other order of work would change: two runs that agree on it were the same.</summary>
    public ulong Trace { get; private set; }

    /// <summary>Adds to the trace.</summary>
    public void Note(ulong fact) => Trace = (Trace ^ fact) * 0x100000001B3;

    public void Post(Lane lane, SendOrPostCallback work, object? state) => _ready.Add(new Work(lane, work, state));

    /// <summary>Does something on a lane after a while.</summary>
    public void After(long ticks, Lane lane, Action work)
    {
        var timer = new SimTimer(this, lane, work);
        timer.Set(Now + Math.Max(0, ticks));
    }

    /// <summary>Does something on a lane once everything up to a moment is done.</summary>
    internal void Enqueue(SimTimer timer) => _timers.Enqueue(timer, (timer.Due, ++_numbers));

    /// <summary>Runs until a condition holds, or nothing is left to do.</summary>
    public void RunUntil(Func<bool> isDone)
    {
        var before = System.Threading.SynchronizationContext.Current;
        var nobodys = ExecutionContext.Capture()!;
        try
        {
            while (!isDone() && TryStep(nobodys))
            {
            }
        }
        finally
        {
            System.Threading.SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private bool TryStep(ExecutionContext nobodys)
    {
        while (_ready.Count == 0)
        {
            if (!_timers.TryDequeue(out var timer, out var at)) return false;
            if (timer.Due != at.Due) continue; // it was set to another time, or disposed
            Now = Math.Max(Now, at.Due);
            timer.Fire();
        }
        while (_timers.TryPeek(out var due, out var when) && when.Due <= Now)
        {
            _timers.Dequeue();
            if (due.Due == when.Due) due.Fire();
        }
        var index = _order.Next(_ready.Count);
        var work = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (!work.Lane.Admits(work)) return true;

        Steps++;
        Now += _order.Next(200); // up to 20 microseconds
        Note((ulong)Now ^ ((ulong)work.Lane.Number << 56));
        ExecutionContext.Restore(nobodys);
        System.Threading.SynchronizationContext.SetSynchronizationContext(work.Lane);
        work.Run(work.State);
        return true;
    }

    /// <summary>A piece of work that is ready.</summary>
    internal readonly record struct Work(Lane Lane, SendOrPostCallback Run, object? State);
}

namespace Freshet;

/// <summary>A load that has been asked for and has not ended: its place in a <see cref="LoadList"/>, and among the loads of its query.</summary>
internal abstract class RunningLoad : Link
{
    /// <summary><see cref="CapturedPosition"/> of a load that still waits for its turn at the source.</summary>
    public const long NotBegun = long.MaxValue;

    // The links are guarded by the gate of its list's owner; no list node, since every cold read makes one of these.
    internal RunningLoad? Newer;
    internal RunningLoad? Older;
    internal bool IsListed;

    private long _capturedPosition = NotBegun;
    private long _deadline = long.MaxValue;

    /// <summary>The position it captured before it began.</summary>
    public long CapturedPosition
    {
        get => Volatile.Read(ref _capturedPosition);
        protected set => Volatile.Write(ref _capturedPosition, value);
    }

    /// <summary>When it has taken too long, by the node's clock.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        protected set => Volatile.Write(ref _deadline, value);
    }

    /// <summary>Ends the wait for it, because its deadline has passed. It may have ended at this very moment.</summary>
    public abstract void TimeOut();
}

/// <summary>The loads that are under way, each in its owner's list: none outstays its deadline, and no mark is forgotten that one of them may yet need.</summary>
/// <remarks>
/// One timer for all of them, which runs only while there are any: a timer for each load would cost a fast one more than the rest
/// of its bookkeeping. So a deadline is noticed up to <see cref="Interval"/> late.
/// </remarks>
internal sealed class RunningLoads(Clock clock) : IDisposable
{
    /// <summary>How often deadlines are looked at.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _looking = new(); // one look at a time; never waited for
    private readonly Lock _gate = new(); // taken under an owner's gate, so nothing else is taken under it
    private volatile LoadList[] _lists = []; // replaced under _gate, never changed
    private ITimer? _timer;
    private bool _ticking; // written under _gate, except before a look
    private bool _disposed;

    /// <summary>The lowest captured position; <see cref="long.MaxValue"/> when nothing loads. Marks younger than it are not forgotten (PROTOCOL 12): a load may yet find their tags.</summary>
    /// <remarks>List by list. A load that enters one already looked at has captured what this node has applied by now, which is younger than anything that is forgotten.</remarks>
    public long Lowest
    {
        get
        {
            var lowest = long.MaxValue;
            foreach (var list in _lists) lowest = Math.Min(lowest, list.Lowest);
            return lowest;
        }
    }

    /// <summary>A list for the loads of an owner.</summary>
    /// <param name="gate">The owner's gate.</param>
    public LoadList Open(Lock gate)
    {
        var list = new LoadList(this, gate);
        lock (_gate) _lists = [.. _lists, list];
        return list;
    }

    /// <summary>Sees to it that deadlines are looked at. Called under an owner's gate, after a load was listed.</summary>
    /// <remarks>
    /// A look says first that nobody ticks any more, and then takes each owner's gate. Whoever lists a load before that is seen by the
    /// look; whoever lists it after sees what the look has said, and goes on ticking. The other way round:
    ///   the look finds the list empty -> a load enters it, and sees that the timer ticks -> the look stops the timer -> the load hangs for good.
    /// </remarks>
    public void Watch()
    {
        if (!Volatile.Read(ref _ticking)) Tick();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_ticking || _disposed) return;
            Volatile.Write(ref _ticking, true);
            if (_timer is null) _timer = CreateTimer();
            else _timer.Change(Interval, Interval);
        }
    }

    private void Rest()
    {
        lock (_gate)
        {
            if (!_ticking && !_disposed) _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    // Not with the surroundings of the first reader that ever loaded: its trace and its request would live, and be logged with, for good.
    private ITimer CreateTimer()
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return clock.Time.CreateTimer(static loads => ((RunningLoads)loads!).Look(), this, Interval, Interval);
    }

    private void Look()
    {
        var overdue = new List<RunningLoad>();
        if (!_looking.TryEnter()) return;
        try
        {
            Volatile.Write(ref _ticking, false); // before the lists: see Watch
            var now = clock.Now;
            var any = false;
            foreach (var list in _lists) any |= list.FindOverdue(now, overdue);
            if (any) Tick();
            else Rest();
        }
        finally
        {
            _looking.Exit();
        }
        // Under no gate: ending a load takes its owner's.
        foreach (var load in overdue) load.TimeOut();
    }
}

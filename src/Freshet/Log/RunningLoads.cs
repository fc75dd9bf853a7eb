namespace Freshet;

/// <summary>A load that has been asked for and has not ended: its place in <see cref="RunningLoads"/>, and among the loads of its query.</summary>
internal abstract class RunningLoad : Link
{
    /// <summary><see cref="CapturedPosition"/> of a load that still waits for its turn at the source.</summary>
    public const long NotBegun = long.MaxValue;

    // The links are guarded by RunningLoads; no list node, since every cold read makes one of these.
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

/// <summary>The loads that are under way: none outstays its deadline, and no mark is forgotten that one of them may yet need.</summary>
/// <remarks>
/// One timer for all of them, which runs only while there are any: a timer for each load would cost a fast one more than the rest
/// of its bookkeeping. So a deadline is noticed up to <see cref="Interval"/> late.
/// </remarks>
internal sealed class RunningLoads(Clock clock) : IDisposable
{
    /// <summary>How often deadlines are looked at.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private RunningLoad? _newest; // guarded by _gate, like the links of what is in the list
    private ITimer? _timer;
    private bool _ticking;
    private bool _disposed;

    /// <summary>The lowest captured position; <see cref="long.MaxValue"/> when nothing loads. Marks younger than it are not forgotten (PROTOCOL 12): a load may yet find their tags.</summary>
    public long Lowest
    {
        get
        {
            lock (_gate)
            {
                var lowest = long.MaxValue;
                for (var load = _newest; load is not null; load = load.Older) lowest = Math.Min(lowest, load.CapturedPosition);
                return lowest;
            }
        }
    }

    public void Enter(RunningLoad load)
    {
        lock (_gate)
        {
            load.IsListed = true;
            load.Older = _newest;
            if (_newest is not null) _newest.Newer = load;
            _newest = load;
            if (_ticking || _disposed) return;
            _ticking = true;
            if (_timer is null) _timer = CreateTimer();
            else _timer.Change(Interval, Interval);
        }
    }

    /// <summary>Takes a load out; leaving twice is leaving once.</summary>
    public void Leave(RunningLoad load)
    {
        lock (_gate)
        {
            if (!load.IsListed) return;
            load.IsListed = false;
            if (load.Newer is null) _newest = load.Older;
            else load.Newer.Older = load.Older;
            if (load.Older is not null) load.Older.Newer = load.Newer;
            load.Newer = load.Older = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
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
        List<RunningLoad>? overdue = null;
        lock (_gate)
        {
            if (_newest is null)
            {
                if (!_disposed) _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _ticking = false;
                return;
            }
            var now = clock.Now;
            for (var load = _newest; load is not null; load = load.Older)
            {
                if (load.Deadline <= now) (overdue ??= []).Add(load);
            }
        }
        // Outside the lock: ending a load takes its query's gate, under which loads enter this list.
        foreach (var load in overdue ?? []) load.TimeOut();
    }
}

namespace Freshet.Simulation;

/// <summary>What a node takes for time: its monotonic clock runs a little fast or slow, its wall clock is off and may be moved, and both stand differently after its machine has slept.</summary>
/// <param name="scheduler">The true time.</param>
/// <param name="lane">Where its timers run.</param>
/// <param name="rate">How fast its monotonic clock runs; 1 is true.</param>
internal sealed class NodeTime(Scheduler scheduler, Lane lane, double rate) : TimeProvider
{
    private static readonly DateTimeOffset _beginning = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private readonly long _bornAt = scheduler.Now;

    private long _slept;

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan WallShift { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)((scheduler.Now - _bornAt - _slept) * rate);

    /// <remarks>It runs at the monotonic clock's rate: both are driven by one quartz, and only sleep and people set them apart.</remarks>
    public override DateTimeOffset GetUtcNow() => _beginning.AddTicks((long)((scheduler.Now - _bornAt) * rate) + _bornAt) + WallShift;

    /// <summary>The machine slept so long: its monotonic clock stood still.</summary>
    public void NoteSlept(long ticks) => _slept += ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NodeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class NodeTimer : ITimer
    {
        private readonly NodeTime _time;
        private readonly SimTimer _timer;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private TimeSpan _period;
        private bool _disposed;

        public NodeTimer(NodeTime time, TimerCallback callback, object? state)
        {
            (_time, _callback, _state) = (time, callback, state);
            _timer = new SimTimer(time.Scheduler, time.Lane, Run);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed) return false;
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan) _timer.Stop();
            else Set(dueTime);
            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            _timer.Stop();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime) => _timer.Set(_time.Scheduler.Now + (long)(dueTime.Ticks / _time.Rate) + 1);

        private void Run()
        {
            if (_disposed) return;
            if (_period > TimeSpan.Zero) Set(_period);
            _callback(_state);
        }
    }

    private Scheduler Scheduler => scheduler;

    private Lane Lane => lane;

    private double Rate => rate;
}

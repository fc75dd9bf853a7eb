namespace Freshet.Tests;

/// <summary>A clock that moves only when told, and runs the timers that come due on the way.</summary>
public sealed class TestTimeProvider : TimeProvider
{
    private static readonly ExecutionContext _nobody = NobodysContext();

    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private readonly List<(TimeSpan DueTime, TaskCompletionSource Set)> _awaited = [];
    private TimeSpan _elapsed;
    private TimeSpan _slept;
    private TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Called once, when the monotonic clock is read next: something else happens just then.</summary>
    public Action? OnNextTimestamp { get; set; }

    public override long GetTimestamp()
    {
        if (OnNextTimestamp is { } happens)
        {
            OnNextTimestamp = null;
            happens();
        }
        lock (_gate) return _elapsed.Ticks;
    }

    /// <summary>Called whenever the wall clock is read: to hold somebody up there.</summary>
    public Action OnUtcNow { get; set; } = () => { };

    public override DateTimeOffset GetUtcNow()
    {
        OnUtcNow();
        return new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp() + _slept.Ticks);
    }

    /// <summary>Called before the timers that are due: other clocks can go along.</summary>
    public Action<TimeSpan> OnAdvanced { get; set; } = _ => { };

    /// <summary>The machine is suspended: the wall clock goes on, the monotonic one stands still and no timer runs.</summary>
    public void Sleep(TimeSpan time) => _slept += time;

    public void Advance(TimeSpan by)
    {
        List<TestTimer> due;
        lock (_gate)
        {
            _elapsed += by;
            due = [.. _timers.Where(timer => timer.Due <= _elapsed)];
            foreach (var timer in due) timer.Due = timer.Period == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : _elapsed + timer.Period;
        }
        OnAdvanced(by);
        foreach (var timer in due) timer.Run();
    }

    /// <summary>Lets the pauses pass that a task makes on its way: whenever it waits for a timer that runs once, the clock goes there.</summary>
    public async Task<T> PassAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Task created;
            TimeSpan? next;
            lock (_gate)
            {
                created = _created.Task;
                var due = _timers.Where(timer => timer.Period == Timeout.InfiniteTimeSpan && timer.Due != TimeSpan.MaxValue).Select(timer => timer.Due).ToList();
                next = due.Count == 0 ? null : due.Min() - _elapsed;
            }
            if (next is { } pause) Advance(pause);
            else await Task.WhenAny(task, created).WaitAsync(TimeSpan.FromSeconds(30)); // a watchdog, not a pause
        }
        return await task;
    }

    /// <summary>Completes when a timer that has not run yet is, or was, set to run after so long: then the clock may be advanced by that.</summary>
    public Task WhenTimerSetAsync(TimeSpan dueTime)
    {
        lock (_gate)
        {
            if (_timers.Exists(timer => timer.DueTime == dueTime && timer.Due != TimeSpan.MaxValue)) return Task.CompletedTask;
            var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((dueTime, set));
            return set.Task.WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        }
    }

    /// <summary>How many timers are set to run.</summary>
    public int TimersSet
    {
        get
        {
            lock (_gate) return _timers.Count(timer => timer.Due != TimeSpan.MaxValue);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            var context = ExecutionContext.Capture() ?? _nobody; // a timer runs in the surroundings of whoever made it, unless that one kept them to itself
            var timer = new TestTimer(this, () => ExecutionContext.Run(context, _ => callback(state), null))
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : _elapsed + dueTime,
                DueTime = dueTime,
                Period = period,
            };
            _timers.Add(timer);
            _created.SetResult();
            _created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var (_, set) in _awaited.Where(awaited => awaited.DueTime == dueTime)) set.TrySetResult();
            _awaited.RemoveAll(awaited => awaited.DueTime == dueTime);
            return timer;
        }
    }

    private static ExecutionContext NobodysContext()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart(); // with nothing of whoever starts it
        thread.Join();
        return context!;
    }

    private sealed class TestTimer(TestTimeProvider owner, Action run) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan DueTime { get; init; }

        public TimeSpan Period { get; set; }

        public void Run() => run();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate) (Due, Period) = (dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : owner._elapsed + dueTime, period);
            return true;
        }

        public void Dispose()
        {
            lock (owner._gate) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

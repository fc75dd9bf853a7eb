namespace Freshet;

/// <summary>What happened to the reads of one cached query. Read by the meter when somebody listens; counting itself never asks whether.</summary>
internal sealed class QueryCounters
{
    private readonly StripedCounter _hits = new();
    private long _stale;
    private long _misses;
    private long _joins;
    private long _bypasses;
    private long _lastGoods;
    private long _queued;
    private long _rejected;
    private long _timedOut;
    private long _late;
    private long _softTimeouts;
    private long _earlyRefreshes;
    private long _loads;
    private long _failedLoads;
    private long _loadTicks;

    public long Hits => _hits.Total;

    public long Stale => Interlocked.Read(ref _stale);

    public long Misses => Interlocked.Read(ref _misses);

    public long Joins => Interlocked.Read(ref _joins);

    public long Bypasses => Interlocked.Read(ref _bypasses);

    /// <summary>Reads answered with the last good value because the loader failed.</summary>
    public long LastGoods => Interlocked.Read(ref _lastGoods);

    public long Loads => Interlocked.Read(ref _loads);

    public long FailedLoads => Interlocked.Read(ref _failedLoads);

    /// <summary>Time spent in loaders, in seconds.</summary>
    public double LoadSeconds => TimeSpan.FromTicks(Interlocked.Read(ref _loadTicks)).TotalSeconds;

    public void Hit() => _hits.Increment();

    public void NoteStale() => Interlocked.Increment(ref _stale);

    public void NoteMiss() => Interlocked.Increment(ref _misses);

    public void NoteJoin() => Interlocked.Increment(ref _joins);

    public void NoteLastGood() => Interlocked.Increment(ref _lastGoods);

    public void NoteBypass() => Interlocked.Increment(ref _bypasses);

    /// <summary>Loads that waited for a turn at the source.</summary>
    public long Queued => Interlocked.Read(ref _queued);

    /// <summary>Loads that got none.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Loads that were given up at their time limit.</summary>
    public long TimedOut => Interlocked.Read(ref _timedOut);

    /// <summary>Loaders that returned after that.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <summary>Reads answered with the last good value because the load took too long for them.</summary>
    public long SoftTimeouts => Interlocked.Read(ref _softTimeouts);

    /// <summary>Loads started before the value died.</summary>
    public long EarlyRefreshes => Interlocked.Read(ref _earlyRefreshes);

    public void NoteQueued() => Interlocked.Increment(ref _queued);

    public void NoteRejected() => Interlocked.Increment(ref _rejected);

    public void NoteTimedOut() => Interlocked.Increment(ref _timedOut);

    public void NoteLate() => Interlocked.Increment(ref _late);

    public void NoteSoftTimeout() => Interlocked.Increment(ref _softTimeouts);

    public void NoteEarlyRefresh() => Interlocked.Increment(ref _earlyRefreshes);

    public void NoteLoad(TimeSpan duration, bool failed)
    {
        Interlocked.Increment(ref _loads);
        if (failed) Interlocked.Increment(ref _failedLoads);
        Interlocked.Add(ref _loadTicks, duration.Ticks);
    }
}

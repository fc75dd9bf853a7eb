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

    public void NoteLoad(TimeSpan duration, bool failed)
    {
        Interlocked.Increment(ref _loads);
        if (failed) Interlocked.Increment(ref _failedLoads);
        Interlocked.Add(ref _loadTicks, duration.Ticks);
    }
}

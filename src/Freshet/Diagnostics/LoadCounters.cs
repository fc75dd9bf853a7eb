namespace Freshet;

/// <summary>What became of the loads of one cached query.</summary>
internal sealed class LoadCounters
{
    private long _loaded;
    private long _failed;
    private long _timedOut;
    private long _late;
    private long _queued;
    private long _rejected;
    private long _outwaited;
    private long _early;

    public long Loaded => Volatile.Read(ref _loaded);

    public long Failed => Interlocked.Read(ref _failed);

    public long TimedOut => Interlocked.Read(ref _timedOut);

    /// <summary>Of those that timed out: whose loader returned after all.</summary>
    public long Late => Interlocked.Read(ref _late);

    public long Queued => Interlocked.Read(ref _queued);

    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Reads that did not wait for the end of a slow load.</summary>
    public long Outwaited => Interlocked.Read(ref _outwaited);

    public long Early => Interlocked.Read(ref _early);

    /// <summary>The caller holds the query's gate.</summary>
    public void LoadLocked() => Volatile.Write(ref _loaded, _loaded + 1);

    public void Fail() => Interlocked.Increment(ref _failed);

    public void TimeOut() => Interlocked.Increment(ref _timedOut);

    public void ReturnLate() => Interlocked.Increment(ref _late);

    public void Queue() => Interlocked.Increment(ref _queued);

    public void Reject() => Interlocked.Increment(ref _rejected);

    public void Outwait() => Interlocked.Increment(ref _outwaited);

    public void StartEarly() => Interlocked.Increment(ref _early);
}

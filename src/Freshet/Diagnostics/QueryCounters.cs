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
    private long _servedUnconfirmed;
    private long _refusedUnconfirmed;
    private long _held;
    private QueryInstruments? _instruments;

    public long Hits => _hits.Total;

    public long Stale => Interlocked.Read(ref _stale);

    public long Misses => Volatile.Read(ref _misses);

    public long Joins => Interlocked.Read(ref _joins);

    public long Bypasses => Interlocked.Read(ref _bypasses);

    /// <summary>Reads answered with the last good value because the loader failed.</summary>
    public long LastGoods => Interlocked.Read(ref _lastGoods);

    /// <summary>Reads answered from the cache though this node could not confirm that it is current.</summary>
    public long ServedUnconfirmed => Interlocked.Read(ref _servedUnconfirmed);

    /// <summary>Reads that asked the source because this node could not confirm that it is current.</summary>
    public long RefusedUnconfirmed => Interlocked.Read(ref _refusedUnconfirmed);

    /// <summary>Reads that asked the source because a write was on its way (R8).</summary>
    public long Held => Interlocked.Read(ref _held);

    public LoadCounters Loads { get; } = new();

    /// <summary>Whether somebody listens to how long loads take: only then the finer clock is read.</summary>
    public bool TimesLoads => _instruments is { TimesLoads: true };

    /// <summary>The first thing that goes wrong in a listener is told here; null until the meter is made.</summary>
    public ListenerFailures? ListenerFailures => _instruments?.Failures;

    public void Hit() => _hits.Increment();

    public void NoteStale() => Interlocked.Increment(ref _stale);

    /// <summary>A read found nothing that would do. The caller holds the query's gate: counting there costs a cold read nothing more.</summary>
    public void NoteMissLocked() => Volatile.Write(ref _misses, _misses + 1);

    public void NoteJoin() => Interlocked.Increment(ref _joins);

    public void NoteLastGood() => Interlocked.Increment(ref _lastGoods);

    public void NoteUnconfirmed(bool served) => Interlocked.Increment(ref served ? ref _servedUnconfirmed : ref _refusedUnconfirmed);

    public void NoteHeld() => Interlocked.Increment(ref _held);

    public void NoteBypass() => Interlocked.Increment(ref _bypasses);

    /// <summary>A load found no free turn at the source and waits for one.</summary>
    public void NoteQueued() => Loads.Queue();

    /// <summary>A load was refused: the queue was full, or its turn did not come in time.</summary>
    public void NoteRejected() => Loads.Reject();

    /// <summary>A load ended well, and in time. The caller holds the query's gate; call <see cref="ReportLoaded"/> once it is free.</summary>
    public void NoteLoadedLocked() => Loads.LoadLocked();

    /// <summary>Tells listeners of a load that ended well.</summary>
    public void ReportLoaded(TimeSpan took) => _instruments?.RecordLoad(took, LoadOutcome.Loaded);

    /// <summary>A load failed, in time.</summary>
    public void NoteFailed(TimeSpan took)
    {
        Loads.Fail();
        _instruments?.RecordLoad(took, LoadOutcome.Failed);
    }

    /// <summary>A load took too long, and its readers were told so.</summary>
    public void NoteTimedOut(TimeSpan after)
    {
        Loads.TimeOut();
        _instruments?.RecordLoad(after, LoadOutcome.TimedOut);
    }

    /// <summary>The loader of a load that had timed out returned, or threw.</summary>
    public void NoteLate(TimeSpan took)
    {
        Loads.ReturnLate();
        _instruments?.RecordLoad(took, LoadOutcome.Late);
    }

    /// <summary>A reader stopped waiting for a slow load and was answered with the last good value; the load goes on.</summary>
    public void NoteSoftTimeout() => Loads.Outwait();

    /// <summary>A load was started before the value had died, so that no reader waits for it.</summary>
    public void NoteEarlyRefresh() => Loads.StartEarly();

    /// <summary>A load replaced an entry that <see cref="WasOutdatedByTag"/>. Runs the value's own equality, so call it under no lock, and after the readers have their answer.</summary>
    public void NoteReplaced<TValue>(TValue before, TValue after) => _instruments?.CountReplaced(before, after);

    /// <summary>Whether an entry needs its successor because a tag was invalidated, and not merely because its time had come.</summary>
    /// <remarks>Ask before the successor is stored: then the entry gives its marks back, and says nothing of what comes after.</remarks>
    public static bool WasOutdatedByTag(Entry entry, Entry successor) =>
        entry.Loaded.Epoch == successor.Loaded.Epoch && entry.ExpiresAt > successor.CapturedAt && entry.WasInvalidated;

    /// <summary>Where single loads are reported besides being counted. Set once, before the first read.</summary>
    public void ReportTo(QueryInstruments instruments) => Volatile.Write(ref _instruments, instruments);
}

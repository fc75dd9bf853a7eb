namespace Freshet;

/// <summary>What became of the invalidations one target was to be told. Counted per tag, so that a record with three tags counts three.</summary>
internal sealed class TargetCounters
{
    private long _applied;
    private long _observed;
    private long _failed;
    private long _resetsApplied;
    private long _resetsObserved;
    private long _resetsFailed;
    private long _unawaited;

    public long Applied => Interlocked.Read(ref _applied);

    public long Observed => Interlocked.Read(ref _observed);

    /// <summary>Given up after the last attempt.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public long ResetsApplied => Interlocked.Read(ref _resetsApplied);

    public long ResetsObserved => Interlocked.Read(ref _resetsObserved);

    public long ResetsFailed => Interlocked.Read(ref _resetsFailed);

    /// <summary>Answers that left before the target had applied their records.</summary>
    public long Unawaited => Interlocked.Read(ref _unawaited);

    public void NoteApplied(LogRecord record) => Interlocked.Add(ref _applied, record.Invalidations.Count);

    public void NoteObserved(LogRecord record) => Interlocked.Add(ref _observed, record.Invalidations.Count);

    public void NoteFailed(LogRecord record) => Interlocked.Add(ref _failed, record.Invalidations.Count);

    public void NoteResetApplied() => Interlocked.Increment(ref _resetsApplied);

    public void NoteResetObserved() => Interlocked.Increment(ref _resetsObserved);

    public void NoteResetFailed() => Interlocked.Increment(ref _resetsFailed);

    public void NoteUnawaited() => Interlocked.Increment(ref _unawaited);
}

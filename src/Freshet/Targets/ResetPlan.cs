namespace Freshet;

/// <summary>Whether a target owes a reset, and when it is due. Used by one follower, on one flow.</summary>
/// <remarks>
/// A reset empties a whole cache, so a record that can never be applied must not cause one each time it is raised: resets for failed
/// records keep a pause between them. A gap in the log allows no pause.
/// </remarks>
internal sealed class ResetPlan(TimeProvider time)
{
    /// <summary>Least time between two resets for records that failed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _mostDelay = TimeSpan.FromSeconds(30);

    private readonly BackOff _backOff = new(_firstDelay, _mostDelay);
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _notBefore;

    /// <summary>Why a reset is owed; null when none is.</summary>
    public ResetReason? Owed { get; private set; }

    public bool IsDue => Owed is not null && DueIn == TimeSpan.Zero;

    /// <summary>Time until an owed reset may be tried.</summary>
    public TimeSpan DueIn => _notBefore > Elapsed ? _notBefore - Elapsed : TimeSpan.Zero;

    private TimeSpan Elapsed => time.GetElapsedTime(_start);

    public void Owe(ResetReason reason)
    {
        Owed ??= reason;
        if (reason == ResetReason.RecordFailed) return;
        Owed = reason;
        _notBefore = TimeSpan.Zero;
    }

    public void MarkApplied()
    {
        Owed = null;
        _backOff.StartOver();
        _notBefore = Elapsed + Pause;
    }

    public void MarkFailed() => _notBefore = Elapsed + _backOff.Next();
}

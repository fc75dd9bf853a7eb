namespace Freshet.Simulation;

/// <summary>Something that is due at a moment of true time, on a lane.</summary>
internal sealed class SimTimer(Scheduler scheduler, Lane lane, Action work)
{
    private const long Never = -1;

    /// <summary>When it is due; negative when it is not.</summary>
    public long Due { get; private set; } = Never;

    public void Set(long due)
    {
        if (due == Due) return;
        Due = due;
        scheduler.Enqueue(this);
    }

    public void Stop() => Due = Never;

    public void Fire()
    {
        Due = Never;
        lane.Post(work);
    }
}

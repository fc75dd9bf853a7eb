namespace Freshet.Simulation;

/// <summary>Where a piece of work may be interrupted, as a thread is by the operating system, and others go on before it does.</summary>
/// <remarks>
/// The interrupted work keeps its thread and waits; another thread takes the scheduler over. Only one of them ever runs, so a seed
/// decides here too. The rewritten core has such a point at each volatile read and write and before each lock.
/// </remarks>
internal static class Preemption
{
    [ThreadStatic]
    private static Scheduler? _scheduler;

    /// <summary>The scheduler whose work this thread runs.</summary>
    public static Scheduler? Scheduler
    {
        get => _scheduler;
        set => _scheduler = value;
    }

    /// <summary>Whether the run that this is part of has a planted bug: what has it asks, in the build that has them all.</summary>
    public static bool HasBug(int number) => _scheduler?.Bug == number;

    public static void Point() => _scheduler?.MayInterrupt();

    /// <summary>Waits until nobody else holds a lock: an interrupted piece of work may.</summary>
    public static T Free<T>(T gate) where T : class
    {
        if (_scheduler is not { HasInterrupted: true } scheduler) return gate;
        while (!Monitor.TryEnter(gate)) scheduler.Interrupt();
        Monitor.Exit(gate);
        return gate;
    }
}

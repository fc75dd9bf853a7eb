using System.Runtime.CompilerServices;

namespace Freshet.Simulation;

/// <summary>What would be shared by all runs of a process, because it hangs on something static: kept by each run for itself.</summary>
/// <remarks>
/// Runs go on side by side. If one finds what another left, it takes another way through the core, is interrupted elsewhere, and its
/// seed never shows the same again.
/// </remarks>
internal static class PerRun
{
    /// <summary>The run that this is part of; null outside of any, where nothing depends on the order.</summary>
    public static Scheduler? Scheduler => (System.Threading.SynchronizationContext.Current as Lane)?.Scheduler;

    /// <summary>The run's own value of a field.</summary>
    /// <param name="owner">Whose field it is.</param>
    public static ref T? Slot<T>(object owner) where T : class
    {
        if (Scheduler is not { } run) return ref new StrongBox<T?>().Value;
        if (!run.Slots.TryGetValue(owner, out var slot)) run.Slots[owner] = slot = new StrongBox<T?>();
        return ref ((StrongBox<T?>)slot).Value;
    }
}

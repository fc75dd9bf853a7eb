using System.Transactions;

namespace Freshet;

/// <summary>Whether a load may begin on the thread of the reader that starts it, and how it leaves that reader's surroundings there.</summary>
/// <remarks>
/// Two switches of thread cost more than all the rest of a load that ends at once. A reader that can be cancelled never lends its
/// thread: a loader that blocks would hold it beyond its cancellation. Nor one on whose thread things hang that do not flow with the
/// call: a user interface's context, a scheduler's, a transaction (a loader must not read what may be rolled back).
/// </remarks>
internal static class ReadersThread
{
    private static readonly ExecutionContext _nobodys = MakeNobodys();

    public static bool IsFreeFor(CancellationToken reader) =>
        !reader.CanBeCanceled
        && SynchronizationContext.Current is null
        && TaskScheduler.Current == TaskScheduler.Default
        && Transaction.Current is null;

    /// <summary>Leaves everything that flows with the caller: its request, its trace, its actions. Call it first in an async method, which takes it back at its return.</summary>
    public static void LeaveCaller() => ExecutionContext.Restore(_nobodys);

    // A thread of its own, started without anybody's context: there is no other way to come by an empty one.
    private static ExecutionContext MakeNobodys()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}

using System.Transactions;

namespace Freshet;

/// <summary>Whether a load may begin on the thread of the reader that starts it; what flows with the reader stays out there too (<see cref="LoadFlow"/>).</summary>
/// <remarks>
/// Two switches of thread cost more than all the rest of a load that ends at once. A reader that can be cancelled never lends its
/// thread: a loader that blocks would hold it beyond its cancellation. Nor one on whose thread things hang that do not flow with the
/// call: a user interface's context, a scheduler's, a transaction (a loader must not read what may be rolled back).
/// </remarks>
internal static class ReadersThread
{
    public static bool IsFreeFor(CancellationToken reader) =>
        !reader.CanBeCanceled
        && SynchronizationContext.Current is null
        && TaskScheduler.Current == TaskScheduler.Default
        && Transaction.Current is null;
}

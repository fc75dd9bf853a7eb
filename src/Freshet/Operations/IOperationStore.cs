using System.Data.Common;

namespace Freshet;

/// <summary>Operations in the database that the writes go to. Times are the database's own.</summary>
internal interface IOperationStore
{
    /// <summary>Writes an operation into the caller's transaction.</summary>
    Task InsertAsync(DbTransaction transaction, NewOperation operation, CancellationToken cancellationToken);

    /// <summary>Takes the operation that is due longest, for as long as the lease; null when none is.</summary>
    /// <remarks>Due is what was accepted, what is to be tried again, and what a worker took whose lease has run out.</remarks>
    Task<TakenOperation?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Goes on holding one; false when it is no longer this worker's.</summary>
    Task<bool> RenewAsync(OperationLease held, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Saves what an action raised, and completes the operation, in one transaction.</summary>
    /// <remarks>It saves first, and then looks at the lease: what was raised shares the transaction's fate, and is not merely uncertain, when the lease is gone.</remarks>
    /// <param name="transaction">The caller's; null for one of its own, which is committed.</param>
    /// <param name="held">What is completed.</param>
    /// <param name="result">What it came to, as JSON.</param>
    /// <param name="action">The action it runs in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it is no longer this worker's: nothing may be committed.</returns>
    Task<bool> CompleteAsync(DbTransaction? transaction, OperationLease held, string? result, FreshetAction action, CancellationToken cancellationToken);

    /// <summary>Has one tried again after a while; false when it is no longer this worker's, or completed.</summary>
    /// <param name="held">What is tried again.</param>
    /// <param name="after">When.</param>
    /// <param name="counts">Whether this attempt counts.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> RetryAsync(OperationLease held, TimeSpan after, bool counts, CancellationToken cancellationToken);

    /// <summary>Gives one up; false when it is no longer this worker's, or completed.</summary>
    Task<bool> FailAsync(OperationLease held, OperationFailure failure, CancellationToken cancellationToken);

    /// <summary>How far one is; null when there is none.</summary>
    Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Forgets what was finished so long ago; at most so many at once.</summary>
    Task<int> PruneAsync(TimeSpan retention, int most, CancellationToken cancellationToken);
}

/// <summary>An operation that is accepted.</summary>
internal sealed record NewOperation(Guid Id, string Kind, string? Owner, string Input, string? TraceParent);

/// <summary>One worker's right to an operation. Another taking of the same one has another lease, so that who was away too long can change nothing.</summary>
internal readonly record struct OperationLease(Guid Id, Guid Lease);

/// <summary>An operation that this worker has taken.</summary>
/// <param name="Held">The right to it.</param>
/// <param name="Kind">Name of its kind.</param>
/// <param name="Owner">Who asked for it.</param>
/// <param name="Input">What it is asked for, as JSON.</param>
/// <param name="Attempt">How often it was taken, with this time.</param>
/// <param name="TraceParent">W3C trace parent of who accepted it; null when that was not traced.</param>
internal sealed record TakenOperation(OperationLease Held, string Kind, string? Owner, string Input, int Attempt, string? TraceParent);

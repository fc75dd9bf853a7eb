using System.Data.Common;

namespace Freshet;

/// <summary>Accepts writes that finish later, and tells how far they are. One instance for the whole application.</summary>
public interface IOperations
{
    /// <summary>Accepts an operation in the caller's transaction: with that it is committed, or never was. Then some worker does it (<c>RunOperation</c>), in this process or another.</summary>
    /// <param name="transaction">An open transaction of the database that the outbox is in.</param>
    /// <param name="kind">What is to be done.</param>
    /// <param name="input">What with; kept as JSON.</param>
    /// <param name="owner">Who may see what becomes of it; null for the actor of the action this runs in. Without either, whoever knows its id may.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is the caller's to roll back.</param>
    /// <returns>The operation, accepted. Over HTTP return <c>operation.Accepted()</c>.</returns>
    /// <exception cref="OperationStoreMissingException">No outbox is registered.</exception>
    /// <exception cref="OperationNotWritableException">The input cannot be written as JSON.</exception>
    Task<Operation> AcceptAsync<TInput, TResult>(
        DbTransaction transaction, OperationKind<TInput, TResult> kind, TInput input, string? owner = null, CancellationToken cancellationToken = default) where TInput : notnull;

    /// <summary>How far an operation is; null when there is none of this id, or it was finished so long ago that it is forgotten.</summary>
    /// <exception cref="OperationStoreMissingException">No outbox is registered.</exception>
    Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken = default);
}

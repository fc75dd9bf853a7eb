using System.Data.Common;

namespace Freshet;

/// <summary>An operation that is being done: what a worker's handler gets.</summary>
/// <typeparam name="TInput">What it is asked for.</typeparam>
/// <typeparam name="TResult">What it comes to.</typeparam>
public sealed class OperationRun<TInput, TResult> where TInput : notnull
{
    private readonly TakenOperation _taken;
    private readonly IOperationStore _store;
    private readonly FreshetAction _action;
    private readonly EventData _json;

    internal OperationRun(TakenOperation taken, TInput input, IOperationStore store, FreshetAction action, EventData json)
    {
        _taken = taken;
        _store = store;
        _action = action;
        _json = json;
        Input = input;
    }

    /// <summary>The operation's identity: the same at each attempt.</summary>
    public Guid Id => _taken.Held.Id;

    /// <summary>What it is asked for.</summary>
    public TInput Input { get; }

    /// <summary>Who asked for it; null when nobody in particular did.</summary>
    public string? Owner => _taken.Owner;

    /// <summary>How often it was begun, with this time: 1 at first.</summary>
    public int Attempt => _taken.Attempt;

    /// <summary>Whether the handler has said that it is done. Whether that is committed, the database knows.</summary>
    internal bool SaysCompleted { get; private set; }

    /// <summary>Says that it is done, in the transaction of its write: saves what was raised so far in the outbox, and keeps the result. Commit afterwards; raise nothing more.</summary>
    /// <param name="transaction">The handler's open transaction.</param>
    /// <param name="result">What it came to.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is the handler's to roll back.</param>
    /// <exception cref="OperationLostException">Another worker has taken it over meanwhile. Let it end the transaction.</exception>
    /// <exception cref="OperationNotWritableException">The result cannot be written as JSON.</exception>
    public Task CompleteAsync(DbTransaction transaction, TResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return SayAsync(transaction, result is null ? null : OperationService.Write(_json, _taken.Kind, result), cancellationToken);
    }

    /// <summary>Says that it is done, in a transaction of its own: for work that writes nothing into this database.</summary>
    /// <param name="result">What it came to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>A worker that dies between its work and this has it done once more.</remarks>
    /// <exception cref="OperationLostException">Another worker has taken it over meanwhile.</exception>
    /// <exception cref="OperationNotWritableException">The result cannot be written as JSON.</exception>
    public Task CompleteAsync(TResult result, CancellationToken cancellationToken = default) =>
        SayAsync(null, result is null ? null : OperationService.Write(_json, _taken.Kind, result), cancellationToken);

    /// <summary>The same without a result.</summary>
    internal Task CompleteEmptyAsync(CancellationToken cancellationToken) => SayAsync(null, null, cancellationToken);

    private async Task SayAsync(DbTransaction? transaction, string? result, CancellationToken cancellationToken)
    {
        if (!await _store.CompleteAsync(transaction, _taken.Held, result, _action, cancellationToken).ConfigureAwait(false))
            throw new OperationLostException(Id, _taken.Kind);
        SaysCompleted = true;
    }
}

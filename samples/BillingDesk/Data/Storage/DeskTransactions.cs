namespace BillingDesk.Data;

/// <summary>Runs writes in transactions, at most one at a time per scope. Scoped; not for concurrent use.</summary>
/// <remarks>
/// Every write of the data layer runs through here. Alone, it gets its own transaction. Inside <see cref="RunAsync"/> it joins the
/// running one, so an endpoint can put several writes, or a write and its outbox row, into one commit.
/// </remarks>
/// <param name="database">Where to write.</param>
/// <param name="beforeCommit">What joins each commit.</param>
public sealed class DeskTransactions(BillingDeskDatabase database, IEnumerable<IBeforeCommit> beforeCommit)
{
    private bool _doomed;

    /// <summary>The transaction running in this scope, or null.</summary>
    public DeskTransaction? Current { get; private set; }

    /// <inheritdoc cref="BillingDeskDatabase.RowLock"/>
    internal string RowLock => database.RowLock;

    /// <summary>Runs the work in a transaction and commits it; an exception rolls everything back and is rethrown.</summary>
    /// <param name="work">Runs inside the transaction. Joins the running transaction of this scope, if there is one.</param>
    /// <param name="ct">Cancels the work, never the commit.</param>
    /// <exception cref="InvalidOperationException">
    /// A joined write failed and the outer work went on regardless: its half of the work is in the transaction, so nothing is committed.
    /// </exception>
    public async Task<T> RunAsync<T>(Func<DeskTransaction, Task<T>> work, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Current is { } running ? await JoinAsync(running, work) : await OwnAsync(work, ct);
    }

    /// <summary>Runs a write, and raises what follows from it before the commit: an outbox keeps both or neither.</summary>
    /// <param name="write">The write.</param>
    /// <param name="raise">Raises events according to how the write ended.</param>
    /// <param name="ct">Cancels the work, never the commit.</param>
    public Task<T> WriteAsync<T>(Func<Task<T>> write, Action<T> raise, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(raise);
        return RunAsync(async _ =>
        {
            var outcome = await write();
            raise(outcome);
            return outcome;
        }, ct);
    }

    private async Task<T> JoinAsync<T>(DeskTransaction running, Func<DeskTransaction, Task<T>> work)
    {
        try
        {
            return await work(running);
        }
        catch
        {
            _doomed = true;
            throw;
        }
    }

    private async Task<T> OwnAsync<T>(Func<DeskTransaction, Task<T>> work, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var transaction = await database.BeginWriteAsync(connection, ct);
        Current = new DeskTransaction(connection, transaction);
        _doomed = false;
        try
        {
            var result = await work(Current);
            if (_doomed)
                throw new InvalidOperationException(
                    "A write inside this transaction failed, so the transaction was rolled back. Let the exception of the write pass, or run that write in its own transaction.");
            foreach (var each in beforeCommit) await each.RunAsync(Current, ct);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        finally
        {
            Current = null; // disposing an uncommitted transaction rolls it back
        }
    }
}

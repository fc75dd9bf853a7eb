using System.Data.Common;

namespace Freshet.Sql;

/// <summary>Operations in the database of the outbox: what they raise is saved, and they are completed, in one transaction.</summary>
internal sealed class SqlOperations(SqlOutbox outbox) : IOperationStore
{
    private readonly OutboxDatabase _database = outbox.Database;

    public Task InsertAsync(DbTransaction transaction, NewOperation operation, CancellationToken cancellationToken) =>
        _database.InsertOperationAsync(transaction, outbox.Keyspace, operation, cancellationToken);

    public Task<TakenOperation?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan lease, CancellationToken cancellationToken) =>
        _database.TakeOperationAsync(outbox.Keyspace, kinds, lease, cancellationToken);

    public Task<bool> RenewAsync(OperationLease held, TimeSpan lease, CancellationToken cancellationToken) => _database.RenewOperationAsync(held, lease, cancellationToken);

    public async Task<bool> CompleteAsync(DbTransaction? transaction, OperationLease held, string? result, FreshetAction action, CancellationToken cancellationToken)
    {
        if (transaction is not null) return await CompleteInAsync(transaction, held, result, action, cancellationToken).ConfigureAwait(false);
        var connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var own = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (own.ConfigureAwait(false))
            {
                if (!await CompleteInAsync(own, held, result, action, cancellationToken).ConfigureAwait(false)) return false;
                await own.CommitAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
    }

    public Task<bool> RetryAsync(OperationLease held, TimeSpan after, bool counts, CancellationToken cancellationToken) => _database.RetryOperationAsync(held, after, counts, cancellationToken);

    public Task<bool> FailAsync(OperationLease held, OperationFailure failure, CancellationToken cancellationToken) => _database.FailOperationAsync(held, failure, cancellationToken);

    public Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken) => _database.FindOperationAsync(outbox.Keyspace, id, cancellationToken);

    public Task<int> PruneAsync(TimeSpan retention, int most, CancellationToken cancellationToken) => _database.PruneOperationsAsync(outbox.Keyspace, retention, most, cancellationToken);

    private async Task<bool> CompleteInAsync(DbTransaction transaction, OperationLease held, string? result, FreshetAction action, CancellationToken cancellationToken)
    {
        await outbox.SaveAsync(action, transaction, cancellationToken).ConfigureAwait(false);
        // Of what the action has saved, what this transaction sees: it may have rolled another one back before.
        var saved = action.SavedIn(outbox);
        var seen = saved.Count == 0 ? null : await _database.SeenAsync(new OpenTransaction(transaction.Connection!, transaction), [.. saved.Select(draft => draft.Id)], cancellationToken).ConfigureAwait(false);
        var records = saved.Where(draft => seen!.Contains(draft.Id))
            .Select(draft => new OperationRecord(draft.Id, draft.Event, draft.EventData, [.. draft.Invalidations.Select(invalidation => invalidation.Tag)]));
        return await _database.CompleteOperationAsync(transaction, held, result, OperationRecordJson.Write(records), cancellationToken).ConfigureAwait(false);
    }
}

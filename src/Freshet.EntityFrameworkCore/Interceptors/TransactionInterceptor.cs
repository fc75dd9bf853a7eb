using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Freshet.EntityFrameworkCore;

/// <summary>Transactions: saves at the latest before their commit, and notes how they end.</summary>
internal sealed class TransactionInterceptor(OutboxSaver saver, UnitBook units, OwnTransactions own) : DbTransactionInterceptor
{
    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        StartedAsync(eventData, result, isAsync: false, CancellationToken.None).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await StartedAsync(eventData, result, isAsync: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        Used(eventData, result);
        return result;
    }

    public override ValueTask<DbTransaction> TransactionUsedAsync(
        DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        Used(eventData, result);
        return new ValueTask<DbTransaction>(result);
    }

    // A savepoint takes back what comes after it. So what was raised before it goes into the database before it, and what was not
    // saved by then is what goes with it: nobody has to know which of several savepoints it is.
    public override InterceptionResult CreatingSavepoint(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        SaveAsync(transaction, eventData, isLast: false, isAsync: false, CancellationToken.None).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult> CreatingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await SaveAsync(transaction, eventData, isLast: false, isAsync: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) => UndoUnsaved(eventData);

    public override Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        UndoUnsaved(eventData);
        return Task.CompletedTask;
    }

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        SaveAsync(transaction, eventData, isLast: true, isAsync: false, CancellationToken.None).GetAwaiter().GetResult();
        UnitOf(eventData)?.Committing();
        return result;
    }

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await SaveAsync(transaction, eventData, isLast: true, isAsync: true, cancellationToken).ConfigureAwait(false);
        UnitOf(eventData)?.Committing();
        return result;
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => UnitOf(eventData)?.Committed();

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        UnitOf(eventData)?.Committed();
        return Task.CompletedTask;
    }

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => UnitOf(eventData)?.RolledBack();

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        UnitOf(eventData)?.RolledBack();
        return Task.CompletedTask;
    }

    private Task StartedAsync(TransactionEndEventData eventData, DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        if (eventData.Context is not { } context) return Task.CompletedTask;
        var isSave = own.IsSaving(context);
        var unit = units.Begun(context, eventData.TransactionId, transaction, gathers: !isSave);
        saver.Enter(unit);
        // Before the save's own statements: should one fail, it is known that nothing of it happened.
        return isSave ? saver.SaveAsync(new Place(unit, transaction.Connection!, transaction), isAsync, cancellationToken) : Task.CompletedTask;
    }

    private void Used(TransactionEventData eventData, DbTransaction transaction)
    {
        if (eventData.Context is { } context) saver.Enter(units.Used(context, eventData.TransactionId, transaction));
    }

    private Task SaveAsync(DbTransaction transaction, TransactionEventData eventData, bool isLast, bool isAsync, CancellationToken cancellationToken) =>
        UnitOf(eventData) is { } unit
            ? saver.SaveAsync(new Place(unit, transaction.Connection!, transaction), isAsync, cancellationToken, isLast)
            : Task.CompletedTask;

    private void UndoUnsaved(TransactionEventData eventData)
    {
        if (UnitOf(eventData) is not { } unit) return;
        foreach (var action in unit.Actions) action.UndoUnsaved(unit);
        unit.TakeLeft(isLast: false);
    }

    private ContextUnit? UnitOf(TransactionEventData eventData) => eventData.Context is { } context ? units.Of(context, eventData.TransactionId) : null;
}

using System.Data;
using System.Data.Common;
using System.Transactions;

namespace Freshet.EntityFrameworkCore;

/// <summary>A transaction of <c>System.Transactions</c>: the surrounding <c>TransactionScope</c>, or one a context was enlisted in.</summary>
/// <remarks>
/// Its commit is nobody's call on a connection. So it is taken part in: in its first phase, while commands still run, what was
/// raised since the last save is saved, on the connection that the driver keeps for it.
/// </remarks>
internal sealed class AmbientUnit : Unit, IEnlistmentNotification
{
    private readonly Transaction _transaction;
    private readonly Action<AmbientUnit, DbConnection> _saveLast;
    private volatile int _fate = (int)Fate.Open;
    private DbConnection? _connection; // the first context's own, which may be open still
    private DbConnection? _another;    // of the same database, never opened before

    public AmbientUnit(Transaction transaction, Action<AmbientUnit, DbConnection> saveLast, Action<AmbientUnit> ended)
    {
        _transaction = transaction;
        _saveLast = saveLast;
        transaction.TransactionCompleted += (_, completed) =>
        {
            _fate = (int)(completed.Transaction?.TransactionInformation.Status switch
            {
                TransactionStatus.Committed => Fate.Committed,
                TransactionStatus.Aborted => Fate.RolledBack,
                _ => Fate.Unknown,
            });
            ended(this);
        };
    }

    public override Fate Fate => (Fate)_fate;

    public override bool Gathers => true;

    /// <summary>Takes part in the commit on behalf of a context that writes in the transaction.</summary>
    public void TakePart(DbConnection connection)
    {
        if (Interlocked.CompareExchange(ref _connection, connection, null) is not null) return;
        // A connection of the driver's that is opened within the transaction is given the one it keeps for it: a second one would
        // make it a transaction of two parties.
        _another = connection is ICloneable cloneable ? (DbConnection)cloneable.Clone() : null;
        _transaction.EnlistVolatile(this, EnlistmentOptions.EnlistDuringPrepareRequired);
    }

    void IEnlistmentNotification.Prepare(PreparingEnlistment preparingEnlistment)
    {
        try
        {
            SaveLast();
            preparingEnlistment.Done();
        }
#pragma warning disable CA1031 // Whatever the driver throws: it becomes the reason why the transaction is aborted, and reaches who completed it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            preparingEnlistment.ForceRollback(error);
        }
    }

    void IEnlistmentNotification.Commit(Enlistment enlistment) => enlistment.Done();

    void IEnlistmentNotification.Rollback(Enlistment enlistment) => enlistment.Done();

    void IEnlistmentNotification.InDoubt(Enlistment enlistment) => enlistment.Done();

    private void SaveLast()
    {
        if (_connection!.State == ConnectionState.Open || _another is null)
        {
            _saveLast(this, _connection);
            return;
        }
        using var scope = new TransactionScope(_transaction);
        using (_another)
        {
            _another.Open();
            _saveLast(this, _another);
        }
        scope.Complete();
    }
}

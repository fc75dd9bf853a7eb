using System.Data.Common;
using Microsoft.EntityFrameworkCore.Storage;

namespace Freshet.EntityFrameworkCore;

/// <summary>A transaction that a context began, or was handed with <c>UseTransaction</c>.</summary>
/// <remarks>
/// Nothing tells when a transaction is disposed, which is how most are rolled back. So it is looked at: the context's connection
/// has another one by now, or none. It is compared by its id, because a pooled context goes on to serve others.
/// </remarks>
/// <param name="connection">The context's connection.</param>
/// <param name="id">What Entity Framework calls the transaction.</param>
/// <param name="transaction">The transaction itself.</param>
/// <param name="isOwned">Whether the context began it. The outcome of a foreign one that is left is not known here.</param>
/// <param name="gathers">Whether the application began it. One that surrounds a single save does not gather.</param>
internal sealed class ContextUnit(IRelationalConnection connection, Guid id, DbTransaction transaction, bool isOwned, bool gathers) : Unit
{
    private volatile bool _wasCurrent;
    private volatile bool _isCommitting;
    private volatile int _ended = (int)Fate.Open;

    public DbTransaction Transaction => transaction;

    public override bool Gathers => gathers;

    public override Fate Fate
    {
        get
        {
            if (_ended != (int)Fate.Open) return (Fate)_ended;
            if (connection.CurrentTransaction?.TransactionId == id)
            {
                _wasCurrent = true;
                return Fate.Open;
            }
            var fate = isOwned && !_isCommitting ? Fate.RolledBack : Fate.Unknown;
            // Entity Framework tells of a transaction a moment before the connection has it.
            if (_wasCurrent) _ended = (int)fate;
            return fate;
        }
    }

    /// <summary>The commit is under way: from here on, an end that is not seen may have been one.</summary>
    public void Committing() => _isCommitting = true;

    public void Committed() => _ended = (int)Fate.Committed;

    public void RolledBack() => _ended = (int)(_isCommitting ? Fate.Unknown : Fate.RolledBack);
}

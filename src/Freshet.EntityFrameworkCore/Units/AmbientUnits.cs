using System.Collections.Concurrent;
using System.Data.Common;
using System.Transactions;

namespace Freshet.EntityFrameworkCore;

/// <summary>The transactions of <c>System.Transactions</c> that events are raised or saved in, until they end.</summary>
internal sealed class AmbientUnits(Action<AmbientUnit, DbConnection> saveLast)
{
    // By their own identifiers: one transaction may be known by several objects.
    private readonly ConcurrentDictionary<string, AmbientUnit> _units = new(StringComparer.Ordinal);

    /// <summary>The unit of a transaction; null when it has ended.</summary>
    public AmbientUnit? Of(Transaction transaction)
    {
        var identifier = transaction.TransactionInformation.LocalIdentifier;
        if (_units.TryGetValue(identifier, out var known)) return known;
        if (transaction.TransactionInformation.Status != TransactionStatus.Active) return null;
        return _units.GetOrAdd(identifier, id => new AmbientUnit(transaction, saveLast, _ => _units.TryRemove(id, out AmbientUnit? _)));
    }
}

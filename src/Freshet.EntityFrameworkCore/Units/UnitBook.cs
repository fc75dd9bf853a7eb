using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Freshet.EntityFrameworkCore;

/// <summary>Which transaction each context is in. Holds no context longer than it lives.</summary>
internal sealed class UnitBook
{
    private readonly ConditionalWeakTable<IRelationalConnection, Entry> _entries = [];
    private readonly ConditionalWeakTable<DbTransaction, ContextUnit> _byTransaction = [];

    /// <summary>Notes that a context began a transaction.</summary>
    public ContextUnit Begun(DbContext context, Guid id, DbTransaction transaction, bool gathers) =>
        Note(context, id, transaction, isOwned: true, gathers);

    /// <summary>Notes that a context was handed a transaction. Contexts that share one are in one unit.</summary>
    public ContextUnit Used(DbContext context, Guid id, DbTransaction transaction)
    {
        // A driver may use an object again for another transaction, so the earlier one must still be open to be the same.
        if (!_byTransaction.TryGetValue(transaction, out var shared) || shared.Fate != Fate.Open) return Note(context, id, transaction, isOwned: false, gathers: true);
        _entries.AddOrUpdate(ConnectionOf(context), new Entry(id, shared));
        return shared;
    }

    /// <summary>The transaction a context is in; null when it is in none that Entity Framework knows.</summary>
    public ContextUnit? Of(DbContext context)
    {
        var connection = ConnectionOf(context);
        if (connection.CurrentTransaction is not { } current) return null;
        return _entries.TryGetValue(connection, out var entry) && entry.Id == current.TransactionId
            ? entry.Unit
            : Note(context, current.TransactionId, current.GetDbTransaction(), isOwned: false, gathers: true);
    }

    /// <summary>The unit of a context's transaction, which may just be ending; null when it is not the context's latest.</summary>
    public ContextUnit? Of(DbContext context, Guid id) => _entries.TryGetValue(ConnectionOf(context), out var entry) && entry.Id == id ? entry.Unit : null;

    private ContextUnit Note(DbContext context, Guid id, DbTransaction transaction, bool isOwned, bool gathers)
    {
        var connection = ConnectionOf(context);
        var unit = new ContextUnit(connection, id, transaction, isOwned, gathers);
        _entries.AddOrUpdate(connection, new Entry(id, unit));
        _byTransaction.AddOrUpdate(transaction, unit);
        return unit;
    }

    private static IRelationalConnection ConnectionOf(DbContext context) => context.GetService<IRelationalConnection>();

    private sealed record Entry(Guid Id, ContextUnit Unit);
}

using System.Data.Common;

namespace Freshet.Sql;

/// <summary>Saves what an action raises with the write it belongs to.</summary>
public static class FreshetOutboxExtensions
{
    /// <summary>Writes what the surrounding action has raised so far into this transaction: it is appended if, and only if, the transaction is committed.</summary>
    /// <remarks>
    /// Call it last before the commit. The end of the action asks the database what was committed and appends exactly that; a crash in
    /// between is repaired by the relay of any node. What is raised after the call needs another one. A unit of work that is tried
    /// again in another transaction calls it again; an event whose <c>Raise</c> stands outside what is repeated is saved again if
    /// nothing else was raised since, so raise inside it.
    /// </remarks>
    /// <param name="freshet">The application's Freshet, with an outbox.</param>
    /// <param name="transaction">An open transaction of the outbox's database.</param>
    /// <param name="cancellationToken">Gives up; what was not written stays with the action.</param>
    /// <exception cref="OutboxMissingException">The application has no outbox.</exception>
    /// <exception cref="TriggerException">There is no action here, or it has ended.</exception>
    /// <exception cref="DuplicateDeliveryException">In a webhook: another request has committed this delivery's work. Let it end the transaction.</exception>
    /// <exception cref="ArgumentException">The transaction was committed or rolled back already.</exception>
    public static ValueTask SaveOutboxAsync(this IFreshet freshet, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        var (outbox, action) = Saving(freshet, transaction, nameof(SaveOutboxAsync));
        return outbox.SaveAsync(action, transaction, cancellationToken);
    }

    /// <summary>Writes what the surrounding action has raised so far into this transaction, and commits it: the cheaper way, where the commit is yours to call.</summary>
    /// <remarks>
    /// The same as <see cref="SaveOutboxAsync"/> and then the transaction's own commit, and throws what either would. But the rows, the
    /// commit and the question what was committed go to PostgreSQL in one round trip, and the end of the action asks nothing more. On
    /// SQLite the commit itself tells.
    /// </remarks>
    /// <param name="freshet">The application's Freshet, with an outbox.</param>
    /// <param name="transaction">An open transaction of the outbox's database. It has ended when this returns, and when it throws: then it is rolled back, unless the database committed it and only the answer was lost.</param>
    /// <param name="cancellationToken">Gives up. Whether the transaction is committed, the end of the action finds out.</param>
    /// <exception cref="OutboxMissingException">The application has no outbox.</exception>
    /// <exception cref="TriggerException">There is no action here, or it has ended.</exception>
    /// <exception cref="DuplicateDeliveryException">In a webhook: another request has committed this delivery's work. Let it end the transaction.</exception>
    /// <exception cref="ArgumentException">The transaction was committed or rolled back already.</exception>
    public static ValueTask CommitAsync(this IFreshet freshet, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        var (outbox, action) = Saving(freshet, transaction, nameof(CommitAsync));
        return outbox.CommitAsync(action, transaction, cancellationToken);
    }

    /// <summary>Creates the outbox's tables where they are missing. Calling it again, or on several nodes at once, changes nothing.</summary>
    /// <exception cref="OutboxMissingException">The application has no outbox.</exception>
    public static Task EnsureOutboxAsync(this IFreshet freshet, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        return OutboxOf(freshet, nameof(EnsureOutboxAsync)).Database.CreateTablesAsync(cancellationToken);
    }

    private static (SqlOutbox Outbox, FreshetAction Action) Saving(IFreshet freshet, DbTransaction transaction, string call)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        ArgumentNullException.ThrowIfNull(transaction);
        if (HasEnded(transaction)) throw new ArgumentException("The transaction has ended. Save before it is committed.", nameof(transaction));
        return (OutboxOf(freshet, call), ((FreshetService)freshet).RequireAction(call));
    }

    private static bool HasEnded(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static SqlOutbox OutboxOf(IFreshet freshet, string call) => (freshet as FreshetService)?.Outbox as SqlOutbox ?? throw new OutboxMissingException(call);
}

/// <summary>The scripts that create the outbox's tables, for people who run migrations themselves.</summary>
public static class SqlOutboxScripts
{
    /// <summary><c>freshet-postgres.sql</c>, for PostgreSQL 13 or newer. Running it again changes nothing.</summary>
    public static string Postgres => OutboxDatabase.ReadScript("freshet-postgres.sql");

    /// <summary><c>freshet-sqlite.sql</c>, for SQLite 3.24 or newer. Running it again changes nothing.</summary>
    public static string Sqlite => OutboxDatabase.ReadScript("freshet-sqlite.sql");
}

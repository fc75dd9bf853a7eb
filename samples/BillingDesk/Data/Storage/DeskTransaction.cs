using Dapper;
using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>A running write transaction: what an outbox needs to add its row to the same commit.</summary>
/// <param name="connection">The connection the transaction runs on.</param>
/// <param name="transaction">The transaction itself. Do not commit it; <see cref="DeskTransactions"/> does.</param>
public sealed class DeskTransaction(DbConnection connection, DbTransaction transaction)
{
    /// <summary>The connection the transaction runs on.</summary>
    public DbConnection Connection { get; } = connection;

    /// <summary>The database transaction.</summary>
    public DbTransaction Transaction { get; } = transaction;

    internal Task<int> ExecuteAsync(string sql, object parameters, CancellationToken ct) =>
        Connection.ExecuteAsync(Command(sql, parameters, ct));

    internal Task<T?> FirstOrDefaultAsync<T>(string sql, object parameters, CancellationToken ct) =>
        Connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters, ct));

    internal Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters, CancellationToken ct) =>
        Connection.QueryAsync<T>(Command(sql, parameters, ct));

    internal CommandDefinition Command(string sql, object parameters, CancellationToken ct) =>
        new(sql, parameters, Transaction, cancellationToken: ct);
}

using System.Data.Common;

namespace Freshet.Sql;

/// <summary>The caller's transaction.</summary>
/// <param name="Connection">The connection it is on, open.</param>
/// <param name="Transaction">The transaction; null for one of <c>System.Transactions</c>, which the connection is part of without being told.</param>
/// <param name="IsAsync">Whether the caller can wait without its thread. Where it cannot, nothing here leaves it.</param>
internal readonly record struct OpenTransaction(DbConnection Connection, DbTransaction? Transaction, bool IsAsync = true)
{
    public DbCommand CreateCommand()
    {
        var command = Connection.CreateCommand();
        command.Transaction = Transaction;
        return command;
    }

    public Task<int> ExecuteNonQueryAsync(DbCommand command, CancellationToken cancellationToken) =>
        IsAsync ? command.ExecuteNonQueryAsync(cancellationToken) : Task.FromResult(command.ExecuteNonQuery());

    public Task<object?> ExecuteScalarAsync(DbCommand command, CancellationToken cancellationToken) =>
        IsAsync ? command.ExecuteScalarAsync(cancellationToken) : Task.FromResult(command.ExecuteScalar());

    public Task PrepareAsync(DbCommand command, CancellationToken cancellationToken)
    {
        if (IsAsync) return command.PrepareAsync(cancellationToken);
        command.Prepare();
        return Task.CompletedTask;
    }
}

using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace BillingDesk.Data;

/// <summary>The desk on a PostgreSQL server.</summary>
/// <remarks>
/// Its tables lie in a schema of their own, which is all that a reset throws away. Texts are compared byte by byte (<c>COLLATE "C"</c>),
/// as SQLite does, so that a list has one order on both.
/// </remarks>
public sealed class PostgresDesk : BillingDeskDatabase
{
    // Whoever prepares holds it; any number that nobody else of this database uses will do.
    private const long PreparingLock = 0x46_52_45_53_48;

    private const string SchemaName = "billing_desk";

    private readonly NpgsqlDataSource _source;

    internal PostgresDesk(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrWhiteSpace(settings.Database))
            throw new ArgumentException("The connection string names no database. Add Database=... to it.", nameof(connectionString));
        Name = $"{settings.Host}:{settings.Port}/{settings.Database}";
        settings.SearchPath = SchemaName;
        ConnectionString = settings.ToString();
        _source = NpgsqlDataSource.Create(settings);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>How others reach the same tables: for an outbox, never for a log line, since it may hold a password.</summary>
    public string ConnectionString { get; }

    internal override string RowLock => " FOR UPDATE";

    private protected override string Number => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    private protected override string Clustered => "";

    private protected override string Text => "TEXT COLLATE \"C\"";

    /// <inheritdoc/>
    public override DbConnection Connect() => _source.CreateConnection();

    /// <inheritdoc/>
    public override async Task<DbConnection> OpenAsync(CancellationToken ct = default) => await _source.OpenConnectionAsync(ct);

    /// <inheritdoc/>
    public override async Task ResetAsync(CancellationToken ct = default)
    {
        await using var connection = await OpenAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition($"DROP SCHEMA IF EXISTS {SchemaName} CASCADE", cancellationToken: ct));
    }

    /// <inheritdoc/>
    public override bool IsRefusedValue(Exception error) =>
        // A NUL is no text to PostgreSQL at all.
        error is PostgresException { SqlState: PostgresErrorCodes.CheckViolation or PostgresErrorCodes.CharacterNotInRepertoire };

    /// <inheritdoc/>
    public override void Dispose() => _source.Dispose();

    internal override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken ct) => connection.BeginTransactionAsync(ct);

    internal override ValueTask<DbTransaction> SnapshotAsync(DbConnection connection, CancellationToken ct) =>
        connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);

    private protected override async ValueTask<DbTransaction> BeginPreparingAsync(DbConnection connection, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition($"SELECT pg_advisory_xact_lock({PreparingLock}); CREATE SCHEMA IF NOT EXISTS {SchemaName};", transaction: transaction, cancellationToken: ct));
        return transaction;
    }

    private protected override async Task<long> SchemaFoundAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var exists = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition("SELECT to_regclass('desk_schema') IS NOT NULL", transaction: transaction, cancellationToken: ct));
        if (!exists) return 0;
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT version FROM desk_schema", transaction: transaction, cancellationToken: ct));
    }

    private protected override Task NoteSchemaAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"CREATE TABLE desk_schema (version BIGINT NOT NULL); INSERT INTO desk_schema VALUES ({SchemaVersion});", transaction: transaction, cancellationToken: ct));
}

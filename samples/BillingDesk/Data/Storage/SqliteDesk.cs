using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BillingDesk.Data;

/// <summary>The desk in a file of SQLite's.</summary>
/// <remarks>
/// Connections are pooled by Microsoft.Data.Sqlite. Its asynchronous calls run synchronously, as SQLite itself does; they are
/// awaited here so that the desk reads like one on a database server. Disposing closes the pooled connections; the last one to
/// close folds the write-ahead log into the file.
/// </remarks>
internal sealed class SqliteDesk : BillingDeskDatabase
{
    private const int BusySeconds = 5;
    private const int CheckConstraint = 275; // SQLITE_CONSTRAINT_CHECK

    // Both belong to the connection and are lost with it, so every opening sets them. In WAL mode NORMAL survives a killed process.
    private static readonly string _onOpen = $"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA synchronous = NORMAL;";

    private readonly string _connectionString;

    public SqliteDesk(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException(
                "The Billing Desk needs a file: every connection to ':memory:' would see its own empty database. Pass a file path.", nameof(path));
        Name = Path.GetFullPath(path);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Name,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = BusySeconds,
        }.ToString();
    }

    public override string Name { get; }

    internal override string RowLock => "";

    private protected override string Number => "INTEGER PRIMARY KEY AUTOINCREMENT";

    private protected override string Clustered => " WITHOUT ROWID";

    private protected override string Text => "TEXT";

    public override DbConnection Connect() => new SqliteConnection(_connectionString);

    /// <summary>Foreign keys are checked, and a busy database is waited for up to 5 s.</summary>
    public override async Task<DbConnection> OpenAsync(CancellationToken ct = default)
    {
        var connection = Connect();
        try
        {
            await connection.OpenAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(_onOpen, cancellationToken: ct));
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override Task ResetAsync(CancellationToken ct = default)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(Name + suffix);
        return Task.CompletedTask;
    }

    public override bool IsRefusedValue(Exception error) => error is SqliteException { SqliteExtendedErrorCode: CheckConstraint };

    public override void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    // Takes the write lock now. A transaction that read first and took it at its first write could not wait for another writer: its
    // snapshot would be old, and SQLite would fail it at once.
    internal override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken ct) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: false));

    internal override ValueTask<DbTransaction> SnapshotAsync(DbConnection connection, CancellationToken ct) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: true));

    private protected override async ValueTask<DbTransaction> BeginPreparingAsync(DbConnection connection, CancellationToken ct)
    {
        // The journal mode is kept in the file and cannot change inside a transaction.
        await connection.ExecuteAsync(new CommandDefinition("PRAGMA journal_mode = WAL;", cancellationToken: ct));
        return await BeginWriteAsync(connection, ct);
    }

    private protected override Task<long> SchemaFoundAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition("PRAGMA user_version;", transaction: transaction, cancellationToken: ct));

    // A pragma takes no parameters; the number is a constant of this assembly.
    private protected override Task NoteSchemaAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition($"PRAGMA user_version = {SchemaVersion};", transaction: transaction, cancellationToken: ct));
}

using Dapper;
using Microsoft.Data.Sqlite;

namespace BillingDesk.Data;

/// <summary>The desk's database file: opens connections to it, and creates and seeds it on first use. Safe for concurrent use.</summary>
/// <remarks>
/// Connections are pooled by Microsoft.Data.Sqlite. Its asynchronous calls run synchronously, as SQLite itself does; they are
/// awaited here so that the desk reads like one on a database server. Disposing closes the pooled connections; the last one to
/// close folds the write-ahead log into the file.
/// </remarks>
public sealed class BillingDeskDatabase : IDisposable
{
    private const int SchemaVersion = 2;
    private const int BusySeconds = 5;

    // Both belong to the connection and are lost with it, so every opening sets them. In WAL mode NORMAL survives a killed process.
    private static readonly string _onOpen = $"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA synchronous = NORMAL;";

    private readonly string _connectionString;

    /// <param name="path">The file; its folder must exist. The file itself is created by <see cref="PrepareAsync"/>.</param>
    /// <exception cref="ArgumentException">The path is empty, or names a database in memory.</exception>
    public BillingDeskDatabase(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (path.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException(
                "The Billing Desk needs a file: every connection to ':memory:' would see its own empty database. Pass a file path.", nameof(path));
        Path = System.IO.Path.GetFullPath(path);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = BusySeconds,
        }.ToString();
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>An open connection from the pool: foreign keys are checked, and a busy database is waited for up to 5 s.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken ct = default)
    {
        var connection = new SqliteConnection(_connectionString);
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

    /// <summary>Creates the schema and seeds it, unless that was done before; then it changes nothing.</summary>
    /// <param name="today">The day around which due dates are laid out. The same day gives the same rows.</param>
    /// <param name="ct">Cancels before the commit; then nothing was created.</param>
    /// <returns>True if this call created the database.</returns>
    /// <remarks>
    /// Several processes may start on one file: the check, the schema and the seed are one transaction, and the others wait for it.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The file was made by another version of the sample.</exception>
    public async Task<bool> PrepareAsync(DateOnly today, CancellationToken ct = default)
    {
        await using var connection = await OpenAsync(ct);
        // The journal mode is kept in the file and cannot change inside a transaction.
        await connection.ExecuteAsync(new CommandDefinition("PRAGMA journal_mode = WAL;", cancellationToken: ct));

        await using var transaction = connection.BeginTransaction();
        var found = await connection.ExecuteScalarAsync<long>(
            new CommandDefinition("PRAGMA user_version;", transaction: transaction, cancellationToken: ct));
        if (found == SchemaVersion) return false;
        if (found != 0)
            throw new InvalidOperationException(
                $"'{Path}' has schema version {found}; this build needs {SchemaVersion}. The data is a sample: delete the file and start again.");

        await connection.ExecuteAsync(new CommandDefinition(ReadSchema(), transaction: transaction, cancellationToken: ct));
        new DeskSeed(today).WriteTo(connection, transaction, ct);
        // A pragma takes no parameters; the number is a constant of this class.
        await connection.ExecuteAsync(new CommandDefinition($"PRAGMA user_version = {SchemaVersion};", transaction: transaction, cancellationToken: ct));
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Closes the pooled connections of this file.</summary>
    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static string ReadSchema()
    {
        using var stream = typeof(BillingDeskDatabase).Assembly.GetManifestResourceStream("BillingDesk.Data.schema.sql")
            ?? throw new InvalidOperationException("The schema is missing from the assembly. Rebuild BillingDesk.Data.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

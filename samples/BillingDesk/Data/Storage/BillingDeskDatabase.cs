using System.Data.Common;
using Dapper;

namespace BillingDesk.Data;

/// <summary>The desk's database: opens connections to it, and creates and seeds it on first use. Safe for concurrent use.</summary>
/// <remarks>A file of SQLite's by default, or PostgreSQL. Both hold the same tables and answer the same statements; what differs is here.</remarks>
public abstract class BillingDeskDatabase : IDisposable
{
    private protected const int SchemaVersion = 3;

    /// <summary>What people call it: the file's full path, or the server's address and the database's name. No credentials.</summary>
    public abstract string Name { get; }

    /// <summary>A connection that is not open yet: for an outbox in the same database.</summary>
    public abstract DbConnection Connect();

    /// <summary>A database in a file of SQLite's.</summary>
    /// <param name="path">The file; its folder must exist. The file itself is created by <see cref="PrepareAsync"/>.</param>
    /// <exception cref="ArgumentException">The path is empty, or names a database in memory.</exception>
    public static BillingDeskDatabase InFile(string path) => new SqliteDesk(path);

    /// <summary>A database on a PostgreSQL server. It must exist; its tables are created by <see cref="PrepareAsync"/>.</summary>
    /// <param name="connectionString">As Npgsql takes it: <c>Host=127.0.0.1;Port=5432;Database=desk;Username=desk</c>.</param>
    /// <exception cref="ArgumentException">It is no connection string, or names no database.</exception>
    public static BillingDeskDatabase OnPostgres(string connectionString) => new PostgresDesk(connectionString);

    /// <summary>An open connection from the pool.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken ct = default);

    /// <summary>Creates the schema and seeds it, unless that was done before; then it changes nothing.</summary>
    /// <param name="today">The day around which due dates are laid out. The same day gives the same rows.</param>
    /// <param name="ct">Cancels before the commit; then nothing was created.</param>
    /// <returns>True if this call created the database.</returns>
    /// <remarks>Several processes may start on one database: the check, the schema and the seed are one transaction, and the others wait for it.</remarks>
    /// <exception cref="InvalidOperationException">The database was made by another version of the sample.</exception>
    public async Task<bool> PrepareAsync(DateOnly today, CancellationToken ct = default)
    {
        await using var connection = await OpenAsync(ct);
        await using var transaction = await BeginPreparingAsync(connection, ct);
        var found = await SchemaFoundAsync(connection, transaction, ct);
        if (found == SchemaVersion) return false;
        if (found != 0)
            throw new InvalidOperationException(
                $"'{Name}' has schema version {found}; this build needs {SchemaVersion}. The data is a sample: start with --reset to seed it anew.");

        await connection.ExecuteAsync(new CommandDefinition(Schema(), transaction: transaction, cancellationToken: ct));
        new DeskSeed(today).WriteTo(connection, transaction, ct);
        await NoteSchemaAsync(connection, transaction, ct);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Throws everything away, so that <see cref="PrepareAsync"/> creates it anew. Before the first connection is opened.</summary>
    public abstract Task ResetAsync(CancellationToken ct = default);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whether the database refused a value by a CHECK: the transaction can only be rolled back.</summary>
    public abstract bool IsRefusedValue(Exception error);

    /// <summary>Begins a transaction that will write.</summary>
    internal abstract ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken ct);

    /// <summary>Begins a transaction whose statements all read one committed state.</summary>
    internal abstract ValueTask<DbTransaction> SnapshotAsync(DbConnection connection, CancellationToken ct);

    /// <summary>What to put behind a SELECT whose row must not change before the transaction ends. Empty where writers take turns anyway.</summary>
    internal abstract string RowLock { get; }

    private protected abstract ValueTask<DbTransaction> BeginPreparingAsync(DbConnection connection, CancellationToken ct);

    /// <summary>The version of the schema that is there; 0 when there is none.</summary>
    private protected abstract Task<long> SchemaFoundAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct);

    private protected abstract Task NoteSchemaAsync(DbConnection connection, DbTransaction transaction, CancellationToken ct);

    /// <summary>How a primary key is declared that counts by itself.</summary>
    private protected abstract string Number { get; }

    /// <summary>How a table is declared whose rows are kept in their key; it begins with a space unless empty.</summary>
    private protected abstract string Clustered { get; }

    /// <summary>How a column of text is declared.</summary>
    private protected abstract string Text { get; }

    private string Schema()
    {
        using var stream = typeof(BillingDeskDatabase).Assembly.GetManifestResourceStream("BillingDesk.Data.schema.sql")
            ?? throw new InvalidOperationException("The schema is missing from the assembly. Rebuild BillingDesk.Data.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Replace("{number}", Number, StringComparison.Ordinal)
            .Replace("{clustered}", Clustered, StringComparison.Ordinal)
            .Replace(" TEXT", " " + Text, StringComparison.Ordinal);
    }
}

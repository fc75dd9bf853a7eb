using System.Data.Common;
using System.Globalization;
using Freshet.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Freshet.AspNetCore.Tests.Databases;

/// <summary>A real database with a table of invoices and the outbox.</summary>
public abstract class HookDatabase : IAsyncLifetime
{
    public abstract Task<DbConnection> OpenAsync();

    public abstract void AddOutbox(FreshetBuilder freshet);

    public virtual async ValueTask InitializeAsync()
    {
        await ExecuteAsync("CREATE TABLE invoices (id TEXT PRIMARY KEY, status TEXT NOT NULL, version INTEGER NOT NULL)");
        await ExecuteAsync("INSERT INTO invoices (id, status, version) VALUES ('inv_1', 'open', 1)");
    }

    public abstract ValueTask DisposeAsync();

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string> ReadAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }

    /// <summary>Pays an invoice in the caller's transaction.</summary>
    public static async Task PayAsync(DbTransaction transaction, string id)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "UPDATE invoices SET status = 'paid', version = version + 1 WHERE id = @id";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("id", id);
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync();
    }

    public Task<string> InvoiceAsync() => ReadAsync("SELECT status || ' ' || version FROM invoices WHERE id = 'inv_1'");
}

public sealed class PostgresHookDatabase : HookDatabase
{
    private string _connection = "";

    public override async ValueTask InitializeAsync()
    {
        _connection = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async Task<DbConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        return connection;
    }

    public override void AddOutbox(FreshetBuilder freshet) => freshet.UsePostgresOutbox(_connection, options => options.CreateTables = true);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class SqliteHookDatabase : HookDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freshet-hooks-").FullName;

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "test.db")}";

    public override async ValueTask InitializeAsync()
    {
        await ExecuteAsync("PRAGMA journal_mode = WAL");
        await base.InitializeAsync();
    }

    public override async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public override void AddOutbox(FreshetBuilder freshet) => freshet.UseSqliteOutbox(() => new SqliteConnection(ConnectionString), options => options.CreateTables = true);

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

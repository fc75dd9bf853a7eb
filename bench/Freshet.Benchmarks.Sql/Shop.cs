using System.Data.Common;
using System.Globalization;
using Freshet.Sql;
using Freshet.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Freshet.Benchmarks.Sql;

internal sealed record InvoicePaid(string InvoiceId);

internal sealed record PlanChanged(string PlanId);

/// <summary>One event that a medium query shows, and one that a high one does: that one is held.</summary>
internal sealed class Catalogue() : Catalog("bench-team")
{
    public static readonly Tag<string> Invoice = new("invoice");

    public static readonly Tag<string> Plan = new("plan");

    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid").Invalidates(Invoice, e => e.InvoiceId);

    public static readonly Event<PlanChanged> Changed = new Event<PlanChanged>("plan.changed").Invalidates(Plan, e => e.PlanId);

    public static readonly CachedQuery<string, int> Medium = new CachedQuery<string, int>("medium", RiskLevel.Medium).DependsOn(Invoice, id => id).LoadWith((IServiceProvider _, string _, CancellationToken _) => Task.FromResult(1));

    public static readonly CachedQuery<string, int> High = new CachedQuery<string, int>("high", RiskLevel.High).DependsOn(Plan, id => id).LoadWith((IServiceProvider _, string _, CancellationToken _) => Task.FromResult(1));
}

/// <summary>A database with a table of invoices, and applications on it.</summary>
internal abstract class Shop : IAsyncDisposable
{
    public abstract string Name { get; }

    public abstract Task<DbConnection> OpenAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Writes so many outbox rows in one statement.</summary>
    public abstract string Fill(int rows);

    public abstract string Ring { get; }

    protected abstract void AddOutbox(FreshetBuilder freshet);

    /// <summary>An application; with its relay at work, or without.</summary>
    public async Task<ServiceProvider> StartAsync(bool relays)
    {
        var services = new ServiceCollection();
        AddOutbox(services.AddFreshet().Add<Catalogue>().Configure(options => options.LogRetention = 200_000));
        var provider = services.BuildServiceProvider();
        if (relays)
        {
            foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        }
        return provider;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One write of an application's own: a row is changed.</summary>
    public static async Task WriteAsync(DbTransaction transaction, int i)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"UPDATE invoices SET paid = paid + 1 WHERE id = 'inv_{i % 1000}'");
        await command.ExecuteNonQueryAsync();
    }

    protected async Task PrepareAsync(string outbox)
    {
        await ExecuteAsync(outbox);
        await ExecuteAsync("CREATE TABLE invoices (id TEXT PRIMARY KEY, paid INTEGER NOT NULL)");
        await ExecuteAsync("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO invoices SELECT 'inv_' || i, 0 FROM n");
    }
}

internal sealed class SqliteShop : Shop
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freshet-bench-").FullName;

    public SqliteShop()
    {
        ExecuteAsync("PRAGMA journal_mode = WAL").GetAwaiter().GetResult();
        PrepareAsync(SqlOutboxScripts.Sqlite).GetAwaiter().GetResult();
    }

    public override string Name => "SQLite (WAL, synchronous=FULL)";

    public override string Ring => "SELECT 1";

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "bench.db")}";

    public override string Fill(int rows) => string.Create(CultureInfo.InvariantCulture, $$"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {{rows}})
        INSERT INTO freshet_outbox (action, event, data, invalidations) SELECT 'fill', 'invoice.paid', '{"invoiceId":"inv_' || i || '"}', '[{"tag":"invoice:inv_' || i || '"}]' FROM n
        """);

    public override async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override void AddOutbox(FreshetBuilder freshet) => freshet.UseSqliteOutbox(() => new SqliteConnection(ConnectionString));
}

internal sealed class PostgresShop : Shop
{
    private readonly PostgresServer _server;
    private readonly NpgsqlDataSource _source;

    private PostgresShop(PostgresServer server, string connectionString)
    {
        _server = server;
        _source = NpgsqlDataSource.Create(connectionString);
    }

    public override string Name => "PostgreSQL (fsync on)";

    public override string Ring => "NOTIFY freshet_outbox";

    public static async Task<PostgresShop> StartAsync()
    {
        var server = await PostgresServer.StartAsync(durable: true);
        var shop = new PostgresShop(server, await server.CreateDatabaseAsync());
        await shop.PrepareAsync(SqlOutboxScripts.Postgres);
        return shop;
    }

    public override string Fill(int rows) => string.Create(CultureInfo.InvariantCulture, $$"""
        INSERT INTO freshet_outbox (action, event, data, invalidations)
        SELECT 'fill', 'invoice.paid', ('{"invoiceId":"inv_' || i || '"}')::json, ('[{"tag":"invoice:inv_' || i || '"}]')::json FROM generate_series(1, {{rows}}) AS i
        """);

    public override async Task<DbConnection> OpenAsync() => await _source.OpenConnectionAsync();

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override void AddOutbox(FreshetBuilder freshet)
    {
        freshet.Services.AddSingleton(_source); // as an application that has one
        freshet.UsePostgresOutbox();
    }
}

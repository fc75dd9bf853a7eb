using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Freshet.Sql.Tests.Crash;

public sealed record RowWritten(string Id, long Number);

public sealed record ManyWritten(long Number);

/// <summary>One row whose number only grows, shown by a high query and by a medium one.</summary>
public sealed class Ledger() : Catalog("ledger-team")
{
    public const string Row = "the-row";

    public static readonly Tag<string> Of = new("row");

    public static readonly Tag<long> Number = new("number");

    public static readonly Event<RowWritten> Written = new Event<RowWritten>("row.written").Invalidates(Of, e => e.Id);

    /// <summary>No query shows it, so nothing is held.</summary>
    public static readonly Event<ManyWritten> Many = new Event<ManyWritten>("many.written").Invalidates(Number, e => e.Number);

    public static readonly CachedQuery<string, long> High = Query("row-high", RiskLevel.High);

    public static readonly CachedQuery<string, long> Medium = Query("row-medium", RiskLevel.Medium);

    private static CachedQuery<string, long> Query(string name, RiskLevel level) => new CachedQuery<string, long>(name, level)
        .DependsOn(Of, id => id)
        .LoadWith(async (LedgerDatabase database, string id, CancellationToken ct) => await database.CommittedAsync(id, ct));
}

/// <summary>The ledger's database, as each process of a test opens it.</summary>
/// <param name="Postgres">Whether it is PostgreSQL.</param>
/// <param name="ConnectionString">Where it is.</param>
public sealed record LedgerDatabase(bool Postgres, string ConnectionString)
{
    public const string Schema = "CREATE TABLE ledger (id TEXT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (id, number))";

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken = default)
    {
        DbConnection connection = Postgres ? new NpgsqlConnection(ConnectionString) : new SqliteConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>The last number that is committed; 0 for none.</summary>
    public async Task<long> CommittedAsync(string id, CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COALESCE(MAX(number), 0) FROM ledger WHERE id = '{id}'";
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    public static async Task WriteAsync(DbTransaction transaction, string id, long number)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO ledger (id, number) VALUES ('{id}', {number.ToString(CultureInfo.InvariantCulture)})";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How long a hold may stand. A writer that takes longer from its hold to its commit, as a process does that has just started on a busy machine, is promised nothing.</summary>
    public static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(4);

    /// <summary>An application on this database, and on a shared log if there is one. Its times are short, since so many die here.</summary>
    public async Task<ServiceProvider> StartAsync(string? redis, Action<IServiceCollection>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(this);
        configure?.Invoke(services);
        var freshet = services.AddFreshet().Add<Ledger>().Configure(options =>
        {
            options.HoldLimit = HoldLimit;
            options.LogRetention = 100_000;
            options.SharedLog.LeaseDuration = TimeSpan.FromMilliseconds(300);
            options.SharedLog.LeaseMargin = TimeSpan.FromMilliseconds(50);
            options.SharedLog.ExchangeInterval = TimeSpan.FromMilliseconds(50);
        });
        if (redis is not null) freshet.UseRedis(redis);
        if (Postgres) freshet.UsePostgresOutbox(ConnectionString, Short);
        else freshet.UseSqliteOutbox(() => new SqliteConnection(ConnectionString), Short);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return provider;

        static void Short(SqlOutboxOptions options)
        {
            options.Grace = TimeSpan.FromMilliseconds(200);
            options.PollInterval = TimeSpan.FromMilliseconds(50);
        }
    }
}

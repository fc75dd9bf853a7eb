using System.Data.Common;
using System.Diagnostics.Metrics;
using Freshet;
using Freshet.Sql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps what is raised in the application's own database until the log has it.</summary>
public static class FreshetBuilderSqlExtensions
{
    /// <summary>An outbox on the PostgreSQL that a connection string names, with connections of its own.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="connectionString">As Npgsql writes it. It overrides configuration.</param>
    /// <param name="configure">Sets the other options in code; they override configuration.</param>
    public static FreshetBuilder UsePostgresOutbox(this FreshetBuilder freshet, string connectionString, Action<SqlOutboxOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return freshet.UsePostgresOutbox(options =>
        {
            options.ConnectionString = connectionString;
            configure?.Invoke(options);
        });
    }

    /// <summary>An outbox on PostgreSQL: the one that the configuration section <c>Freshet:Outbox</c> names, or else the application's own registered <see cref="NpgsqlDataSource"/>. Without either the application does not start.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets options in code; they override configuration.</param>
    public static FreshetBuilder UsePostgresOutbox(this FreshetBuilder freshet, Action<SqlOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        freshet.Services.TryAddSingleton(provider => new OwnDataSource(Options(provider).ConnectionString is { } text ? NpgsqlDataSource.Create(text) : null));
        freshet.Services.TryAddSingleton<OutboxDatabase>(provider => new PostgresOutboxDatabase(
            provider.GetRequiredService<OwnDataSource>().Source ?? provider.GetService<NpgsqlDataSource>() ?? throw NoDatabase(), Options(provider).Schema, Options(provider).PrepareStatements));
        return freshet.UseOutbox(configure);
    }

    /// <summary>An outbox on SQLite, through connections that the application makes.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="connect">Makes a connection to the database that the writes go to: <c>() => new SqliteConnection("Data Source=app.db")</c>. Called for each use; Freshet opens and disposes what it returns.</param>
    /// <param name="configure">Sets options in code; they override configuration.</param>
    public static FreshetBuilder UseSqliteOutbox(this FreshetBuilder freshet, Func<DbConnection> connect, Action<SqlOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        return freshet.UseSqliteOutbox(_ => connect, configure);
    }

    /// <summary>An outbox on SQLite, through connections that the application makes with the help of its services.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="connect">Given the application's services, how a connection to the database is made that the writes go to. Freshet opens and disposes each.</param>
    /// <param name="configure">Sets options in code; they override configuration.</param>
    public static FreshetBuilder UseSqliteOutbox(this FreshetBuilder freshet, Func<IServiceProvider, Func<DbConnection>> connect, Action<SqlOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        ArgumentNullException.ThrowIfNull(connect);
        freshet.Services.TryAddSingleton<OutboxDatabase>(provider => new SqliteOutboxDatabase(connect(provider)));
        return freshet.UseOutbox(configure);
    }

    private static OptionsValidationException NoDatabase() => new(
        SqlOutboxOptions.Section, typeof(SqlOutboxOptions),
        [$"{SqlOutboxOptions.Section} names no database. Set {SqlOutboxOptions.Section}:ConnectionString, give UsePostgresOutbox a connection string, or register an NpgsqlDataSource."]);

    private static FreshetBuilder UseOutbox(this FreshetBuilder freshet, Action<SqlOutboxOptions>? configure)
    {
        var services = freshet.Services;
        if (configure is not null) services.PostConfigure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SqlOutboxOptions>, ConfigureSqlOutboxOptions>(
            provider => new ConfigureSqlOutboxOptions(provider.GetService<IConfiguration>()?.GetSection(SqlOutboxOptions.Section))));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqlOutboxOptions>, SqlOutboxOptionsValidator>());
        services.TryAddSingleton(provider => new SqlOutbox(
            provider.GetRequiredService<OutboxDatabase>(), Options(provider), provider.GetRequiredService<IOptions<FreshetOptions>>().Value.Keyspace,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqlOutbox>>()));
        services.TryAddSingleton<IOutbox>(provider => provider.GetRequiredService<SqlOutbox>());
        services.TryAddSingleton<IOperationStore>(provider => new SqlOperations(provider.GetRequiredService<SqlOutbox>()));
        services.TryAddSingleton(provider => new OutboxCounters(() => provider.GetRequiredService<SqlOutbox>().State, provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new RowReader(provider.GetRequiredService<CatalogModel>(), provider.GetRequiredService<EventData>()));
        services.TryAddSingleton(provider => new OutboxRelay(
            provider.GetRequiredService<SqlOutbox>(), provider.GetRequiredService<FreshnessLog>(), provider.GetRequiredService<RowReader>(), Options(provider),
            provider.GetRequiredService<OutboxCounters>(), new Clock(provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<ILogger<OutboxRelay>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxHost>(provider => new OutboxHost(
            provider.GetRequiredService<SqlOutbox>(), provider.GetRequiredService<OutboxRelay>(), Options(provider),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OutboxHost>>())));
        return freshet;
    }

    private static SqlOutboxOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<SqlOutboxOptions>>().Value;

    /// <summary>A pool that Freshet made, and so ends.</summary>
    private sealed class OwnDataSource(NpgsqlDataSource? source) : IAsyncDisposable, IDisposable
    {
        public NpgsqlDataSource? Source => source;

        public ValueTask DisposeAsync() => source?.DisposeAsync() ?? ValueTask.CompletedTask;

        public void Dispose() => source?.Dispose();
    }
}

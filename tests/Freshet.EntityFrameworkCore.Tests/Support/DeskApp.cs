using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>What an application may choose.</summary>
internal sealed class DeskChoices
{
    public bool Pooled { get; init; }

    /// <summary>Whether the relay runs; else nothing is appended but by the end of an action.</summary>
    public bool Relayed { get; init; }

    public Action<NpgsqlDbContextOptionsBuilder>? Npgsql { get; init; }

    public IReadOnlyList<IInterceptor> Interceptors { get; init; } = [];

    public AutoTransactionBehavior? AutoTransactions { get; init; }

    public Action<FreshetBuilder>? Freshet { get; init; }
}

/// <summary>An application with the outbox in its context's database, on a real PostgreSQL with a database of its own.</summary>
internal sealed class DeskApp : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NpgsqlDataSource _beside;

    private DeskApp(IHost host, string connectionString)
    {
        _host = host;
        ConnectionString = connectionString;
        _beside = NpgsqlDataSource.Create(connectionString + ";Application Name=beside");
        Freshet = host.Services.GetRequiredService<IFreshet>();
    }

    public string ConnectionString { get; }

    public IServiceProvider Services => _host.Services;

    public IFreshet Freshet { get; }

    public DbContextOptions<Desk> DeskOptions => Services.CreateScope().ServiceProvider.GetRequiredService<DbContextOptions<Desk>>();

    public DbContextOptions<Ledger> LedgerOptions => Services.CreateScope().ServiceProvider.GetRequiredService<DbContextOptions<Ledger>>();

    public CollectedLog LogLines { get; private init; } = null!;

    public static async Task<DeskApp> StartAsync(DeskChoices? choices = null)
    {
        choices ??= new DeskChoices();
        var server = await PostgresServer.SharedAsync();
        var connectionString = await server.CreateDatabaseAsync() + ";Maximum Pool Size=5;Timeout=15";
        var lines = new CollectedLog();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<ILoggerFactory>(lines);
        var freshet = builder.Services.AddFreshet().Add<Billing>();
        freshet.UseEntityFrameworkOutbox<Desk>(outbox => (outbox.Grace, outbox.PollInterval) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(20)));
        freshet.UseEntityFrameworkOutbox<Ledger>();
        choices.Freshet?.Invoke(freshet);
        if (choices.Pooled) builder.Services.AddDbContextPool<Desk>(Configure, poolSize: 1);
        else builder.Services.AddDbContext<Desk>(Configure);
        builder.Services.AddDbContext<Ledger>(options => options.UseNpgsql(connectionString, choices.Npgsql));
        var app = new DeskApp(builder.Build(), connectionString) { LogLines = lines };
        await app.WithAsync(db => db.Database.EnsureCreatedAsync());
        await app.RunSqlAsync("""CREATE TABLE "Postings" ("Id" text PRIMARY KEY)""");
        await app.AddInvoicesAsync("inv_0");
        if (choices.Relayed) await app._host.StartAsync();
        return app;

        void Configure(DbContextOptionsBuilder options)
        {
            options.UseNpgsql(connectionString, choices.Npgsql).AddInterceptors(choices.Interceptors);
        }
    }

    /// <summary>A context, which ends with what is returned.</summary>
    public Leased<TContext> Lease<TContext>() where TContext : DbContext
    {
        var scope = Services.CreateAsyncScope();
        return new Leased<TContext>(scope, scope.ServiceProvider.GetRequiredService<TContext>());
    }

    public Leased<Desk> Lease() => Lease<Desk>();

    /// <summary>A user action, and a context to write in. Not asynchronous: the action is around who called, not around what is awaited.</summary>
    public Payment Pay() => new(Freshet.BeginUserAction("pay"), Lease());

    public async Task<T> WithAsync<T>(Func<Desk, Task<T>> act)
    {
        await using var lease = Lease();
        return await act(lease.Context);
    }

    public void Raise(string invoice) => Freshet.Raise(new InvoicePaid(invoice));

    /// <summary>Invoices that are there before anything is tested.</summary>
    public Task AddInvoicesAsync(params string[] ids) =>
        RunSqlAsync(string.Join(';', ids.Select(id => $"""INSERT INTO "Invoices" ("Id", "Paid") VALUES ('{id}', 0)""")));

    /// <summary>What committed rows of the outbox are about, as another connection sees them.</summary>
    public Task<List<string>> RowsAsync() => QueryAsync("SELECT data->>'invoiceId' FROM freshet_outbox ORDER BY seq");

    /// <summary>Ends an action: exactly these are committed in the outbox before, and sent after.</summary>
    public async Task ShouldSendAsync(FreshetAction action, string[] invoices)
    {
        (await RowsAsync()).ShouldBe(invoices);
        await action.CompleteAsync();
        (await SentAsync()).ShouldBe(invoices);
    }

    /// <summary>The invoices that another connection sees, but for the first.</summary>
    public Task<List<string>> InvoicesAsync() => QueryAsync("""SELECT "Id" FROM "Invoices" WHERE "Id" <> 'inv_0' ORDER BY "Id" """);

    /// <summary>What the records of the log are about, with their cause.</summary>
    public async Task<List<string>> SentAsync()
    {
        var (sent, upTo) = (new List<string>(), Freshet.Log.Position.Position);
        if (upTo == 0) return sent;
        await foreach (var record in Freshet.Log.FollowAsync(0))
        {
            if (record.Event is not null) sent.Add(About(record)); // holds and their releases tell of nothing that happened
            if (record.Position == upTo) break;
        }
        return sent;
    }

    /// <summary>Waits for the log to have so many records, and says what they are about.</summary>
    public async Task<List<string>> SentOnceAsync(int count)
    {
        using var watchdog = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var sent = new List<string>();
        await foreach (var record in Freshet.Log.FollowAsync(0, watchdog.Token))
        {
            if (record.Event is not null) sent.Add(About(record));
            if (sent.Count == count) break;
        }
        return sent;
    }

    public async Task<List<string>> QueryAsync(string sql)
    {
        var values = new List<string>();
        await using var command = _beside.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) values.Add(reader.IsDBNull(0) ? "" : reader.GetValue(0).ToString()!);
        return values;
    }

    public async Task RunSqlAsync(string sql)
    {
        await using var command = _beside.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the server's side of a context's connection, as a failing machine would.</summary>
    public Task CutAsync(DbContext context) => RunSqlAsync($"SELECT pg_terminate_backend({((NpgsqlConnection)context.Database.GetDbConnection()).ProcessID})");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _beside.DisposeAsync();
        NpgsqlConnection.ClearPool(new NpgsqlConnection(ConnectionString));
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    private static string About(LogRecord record) =>
        string.Join('+', record.Invalidations.Select(invalidation => invalidation.Tag.ToString().Replace("invoice:", "", StringComparison.Ordinal))) + (record.Cause is { } cause ? $" ({cause})" : "");
}

/// <summary>A context and the scope it lives in.</summary>
internal sealed class Leased<TContext>(AsyncServiceScope scope, TContext context) : IAsyncDisposable where TContext : DbContext
{
    public TContext Context => context;

    public ValueTask DisposeAsync() => scope.DisposeAsync();
}

/// <summary>An action and the context it writes in, which ends first.</summary>
internal sealed class Payment(FreshetAction action, Leased<Desk> lease) : IAsyncDisposable
{
    public FreshetAction Action => action;

    public Desk Context => lease.Context;

    public async ValueTask DisposeAsync()
    {
        await lease.DisposeAsync();
        await action.DisposeAsync();
    }
}

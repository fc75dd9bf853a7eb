using System.Data.Common;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Freshet.Sql.Tests;

/// <summary>A database of one test's own, with a table of things and the outbox.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    public abstract Task<DbConnection> OpenAsync();

    /// <summary>Gives an application its outbox here. Rows are due at once, unless the test says otherwise.</summary>
    public abstract void AddOutbox(FreshetBuilder freshet, Action<SqlOutboxOptions>? configure = null);

    internal abstract OutboxDatabase Outbox { get; }

    public virtual async ValueTask InitializeAsync()
    {
        await Outbox.CreateTablesAsync(default);
        await ExecuteAsync("CREATE TABLE things (id TEXT PRIMARY KEY, number INTEGER NOT NULL)");
    }

    public abstract ValueTask DisposeAsync();

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async Task<T?> ReadAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await OpenAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    /// <summary>SQL for how many seconds are between two moments.</summary>
    public abstract string Seconds(string from, string to);

    public async Task<long> CountAsync(string where = "1 = 1") => Convert.ToInt64(await ReadAsync<object>($"SELECT count(*) FROM freshet_outbox WHERE {where}"), CultureInfo.InvariantCulture);

    /// <summary>Changes a thing with raw commands, as an application would.</summary>
    public static async Task WriteAsync(DbTransaction transaction, string id, int number)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO things (id, number) VALUES (@id, @number) ON CONFLICT (id) DO UPDATE SET number = excluded.number";
        foreach (var (name, value) in ((string, object)[])[("id", id), ("number", number)])
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        await command.ExecuteNonQueryAsync();
    }

    protected static Action<SqlOutboxOptions> With(Action<SqlOutboxOptions>? configure) => options =>
    {
        options.Grace = TimeSpan.Zero;
        options.PollInterval = TimeSpan.FromMilliseconds(777);
        options.Listens = false; // or the relay would look whenever the database has heard that it listens
        configure?.Invoke(options);
    };
}

public sealed class PostgresTestDatabase : TestDatabase
{
    private NpgsqlDataSource? _source;

    public NpgsqlDataSource Source => _source!;

    internal override OutboxDatabase Outbox => new PostgresOutboxDatabase(Source, schema: null);

    public override async ValueTask InitializeAsync()
    {
        _source = NpgsqlDataSource.Create(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        await base.InitializeAsync();
    }

    public override async Task<DbConnection> OpenAsync() => await Source.OpenConnectionAsync();

    public override string Seconds(string from, string to) => $"EXTRACT(EPOCH FROM {to} - {from})::float8";

    public override void AddOutbox(FreshetBuilder freshet, Action<SqlOutboxOptions>? configure = null) =>
        freshet.UsePostgresOutbox(Source.ConnectionString, With(configure));

    public override ValueTask DisposeAsync() => Source.DisposeAsync();
}

public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freshet-sqlite-").FullName;

    public string ConnectionString => $"Data Source={Path.Combine(_folder, "test.db")}";

    internal override OutboxDatabase Outbox => new SqliteOutboxDatabase(() => new SqliteConnection(ConnectionString));

    public override async ValueTask InitializeAsync()
    {
        await ExecuteAsync("PRAGMA journal_mode = WAL");
        await base.InitializeAsync();
    }

    public override string Seconds(string from, string to) => $"(julianday({to}) - julianday({from})) * 86400.0";

    public override async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public override void AddOutbox(FreshetBuilder freshet, Action<SqlOutboxOptions>? configure = null) =>
        freshet.UseSqliteOutbox(() => new SqliteConnection(ConnectionString), With(configure));

    public override ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection); // its own: others are at work
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A test of an outbox on one kind of database.</summary>
public abstract class OutboxTest<TDatabase> : IAsyncLifetime where TDatabase : TestDatabase, new()
{
    private readonly List<TestApp> _apps = [];

    public TDatabase Database { get; } = new();

    public virtual ValueTask InitializeAsync() => Database.InitializeAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var app in _apps) await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>How often a relay looks, unless a test says otherwise: no other timer is set for as long.</summary>
    protected static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(777);

    /// <summary>Starts an application. Its relay has looked once and found nothing, and looks again when time passes.</summary>
    public TestApp Start(Action<SqlOutboxOptions>? configure = null, Action<FreshetBuilder>? more = null, bool isSettled = true)
    {
        var app = TestApp.Start<Plain>(freshet =>
        {
            Database.AddOutbox(freshet, configure);
            more?.Invoke(freshet);
        });
        _apps.Add(app);
        if (isSettled) app.Time.WhenTimerSetAsync(PollInterval).WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
        return app;
    }

    /// <summary>One write as an action does it. Nothing follows the commit: the action is left open.</summary>
    public async Task<FreshetAction> SaveAsync(TestApp app, string id, bool commit = true, Func<FreshetAction>? begin = null)
    {
        var action = begin is null ? app.Freshet.BeginUserAction("write", "clerk") : begin();
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await TestDatabase.WriteAsync(transaction, id, 1);
        app.Freshet.Raise(new ThingChanged(id));
        await app.Freshet.SaveOutboxAsync(transaction);
        if (commit) await transaction.CommitAsync();
        else await transaction.RollbackAsync();
        return action;
    }

    internal static OutboxRelay RelayOf(TestApp app) => app.Services.GetRequiredService<OutboxRelay>();

    internal static SqlOutbox OutboxOf(TestApp app) => app.Services.GetRequiredService<SqlOutbox>();

    /// <summary>The records of a log so far.</summary>
    internal static async Task<List<LogRecord>> RecordsAsync(TestApp app)
    {
        var records = new List<LogRecord>();
        var head = app.Freshet.Log.Position.Position;
        if (head == 0) return records;
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            records.Add(record);
            if (record.Position == head) break;
        }
        return records;
    }

    /// <summary>Waits for what happens elsewhere. Without it this never ends but by the watchdog.</summary>
    protected static async Task UntilAsync(Func<bool> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be.");
            await Task.Delay(1);
        }
    }

    /// <summary>Writes a row as a program that knows nothing of Freshet but its table.</summary>
    protected Task InsertAsync(string? name, string? data, string? invalidations = null, string trigger = "job", string keyspace = "app") => Database.ExecuteAsync(
        $"""INSERT INTO freshet_outbox (keyspace, "trigger", action, event, data, invalidations) VALUES (@keyspace, @trigger, 'import.py', @name, {Json("@data")}, {Json("@invalidations")})""",
        new { keyspace, trigger, name, data, invalidations });

    private string Json(string parameter) => Database is PostgresTestDatabase ? parameter + "::json" : parameter;

    /// <summary>Lets the application's time pass until something is so.</summary>
    protected static Task PassUntilAsync(TestApp app, Func<bool> isSo) => UntilAsync(() =>
    {
        app.Time.Advance(TimeSpan.FromMilliseconds(100));
        return isSo();
    });

    internal static string TagOf(LogRecord record) => record.Invalidations.Single().Tag.ToString();
}

/// <summary>Things that no high query shows: nothing is held.</summary>
public sealed class Plain() : Catalog("plain-team")
{
    public static readonly Tag<string> Thing = new("thing");

    public static readonly Tag<string> Owner = new("owner");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id).WithProfile(Profile.Seconds);

    public static readonly Event<OwnerChanged> OwnerChanged = new Event<OwnerChanged>("owner.changed").Invalidates(Owner, e => e.OwnerId!);

    public static readonly CachedQuery<string, Value> Medium = new CachedQuery<string, Value>("medium", RiskLevel.Medium)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}

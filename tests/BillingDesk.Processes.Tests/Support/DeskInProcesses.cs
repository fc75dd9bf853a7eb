using System.Net.Http.Json;
using System.Text.Json;
using Freshet.Redis.Tests;
using Freshet.Tests;
using Npgsql;

namespace BillingDesk.Processes.Tests;

/// <summary>The desk as <c>./run --postgres --nodes</c> has it: web nodes and jobs, each a process, on one PostgreSQL and one Redis.</summary>
internal sealed class DeskInProcesses : IAsyncDisposable
{
    private readonly RedisServer _redis;
    private readonly List<DeskProcess> _nodes = [];
    private readonly string[] _shared;

    private DeskInProcesses(RedisServer redis, string database)
    {
        _redis = redis;
        Database = NpgsqlDataSource.Create(database + ";Search Path=billing_desk");
        _shared =
        [
            "--BillingDesk:Postgres", database, "--Freshet:Redis:ConnectionString", redis.ConnectionString,
            "--Freshet:Http:SigningKeys:0", Convert.ToBase64String(new byte[32]), "--BillingDesk:Page", AppContext.BaseDirectory,
            "--BillingDesk:UsageRollUpEvery", "00:00:00", "--BillingDesk:NightlyAt", "never",
        ];
    }

    /// <summary>The desk's database, to look into.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>Starts what the processes share.</summary>
    public static async Task<DeskInProcesses> StartAsync() =>
        new(await RedisServer.StartAsync(), await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());

    /// <summary>Starts a web node.</summary>
    public async Task<DeskProcess> AddWebAsync(string name, params string[] arguments)
    {
        var node = await DeskProcess.StartWebAsync(["--Freshet:SharedLog:NodeName", name, .. _shared, .. arguments]);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Runs a job in a process of its own, to its end.</summary>
    public Task<string> RunJobAsync(string job) => DeskProcess.RunJobAsync(job, ["--Freshet:SharedLog:NodeName", job, .. _shared]);

    /// <summary>Waits until a query answers with a number above zero.</summary>
    public Task UntilAsync(string sql) => UntilAsync(async () => await CountAsync(sql) > 0, sql);

    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        var watchdog = Task.Delay(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException($"It never came to be: {what}");
            await Task.Delay(10);
        }
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What a node answers.</summary>
    public static async Task<T> ReadAsync<T>(DeskProcess node, string path) => (await node.Http.GetFromJsonAsync<T>(path, JsonSerializerOptions.Web))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Database.DisposeAsync();
        await _redis.DisposeAsync();
    }
}

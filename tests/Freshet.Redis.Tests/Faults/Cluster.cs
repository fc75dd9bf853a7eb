namespace Freshet.Redis.Tests.Faults;

/// <summary>Nodes as processes of their own, the Redis that keeps their log, and another one that is their source.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _resting = new();
    private readonly List<Task> _sessions = [];
    private readonly List<NodeProcess> _nodes = [];

    private Cluster(RedisServer log, RedisServer source) => (Log, Source) = (log, source);

    /// <summary>The server that things happen to.</summary>
    public RedisServer Log { get; }

    public RedisServer Source { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>What was checked.</summary>
    public History History { get; private set; } = new();

    /// <param name="arguments">More for the log's server.</param>
    public static async Task<Cluster> StartAsync(params string[] arguments)
    {
        var log = await RedisServer.StartAsync(arguments);
        return new Cluster(log, await RedisServer.StartAsync());
    }

    /// <summary>Starts nodes.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="settings">Changes their settings.</param>
    public async Task<NodeProcess[]> AddAsync(string[] names, Func<NodeSettings, NodeSettings>? settings = null)
    {
        var starting = names.Select(name =>
        {
            var given = new NodeSettings { Name = name, Log = Log.ConnectionString, Source = Source.ConnectionString };
            return NodeProcess.StartAsync(settings?.Invoke(given) ?? given);
        }).ToList();
        await ((Task)Task.WhenAll(starting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // those that started must be ended
        _nodes.AddRange(starting.Where(each => each.IsCompletedSuccessfully).Select(each => each.Result));
        return await Task.WhenAll(starting);
    }

    /// <summary>Readers and writers on every node, and two sessions that go from node to node.</summary>
    /// <param name="readers">Readers on each node.</param>
    /// <param name="writers">Writers on each node.</param>
    /// <param name="keys">How many keys they share.</param>
    /// <param name="pause">The longest pause of a reader, in milliseconds.</param>
    public async Task WorkAsync(int readers = 4, int writers = 2, int keys = 4, int pause = 2)
    {
        await EachAsync(node => node.AskAsync($"work {readers} {writers} {keys} {pause}"));
        _sessions.Add(new Session(1, Vault.MoneyCell, Vault.Balance, _nodes).RunAsync(int.MaxValue, _resting.Token));
        _sessions.Add(new Session(2, Vault.TitleCell, Vault.Title, _nodes).RunAsync(int.MaxValue, _resting.Token));
    }

    /// <summary>Completes once every node has done so much more.</summary>
    public Task ProgressAsync(int reads = 400, int writes = 20, int hits = 80) => EachAsync(node => node.AskAsync($"progress {reads} {writes} {hits}"));

    /// <summary>Completes once every node reaches the log, holds its lease, and has nothing pending.</summary>
    public Task BackAsync() => EachAsync(node => node.AskAsync($"back"));

    /// <summary>Ends the work and checks what was recorded.</summary>
    public async Task<StalenessReport> CheckAsync(string name)
    {
        await _resting.CancelAsync();
        await EachAsync(node => node.AskAsync($"rest"));
        await Task.WhenAll(_sessions);
        var history = new History();
        foreach (var node in _nodes)
        {
            var path = Path.GetTempFileName();
            try
            {
                await node.AskAsync($"history {path}");
                await history.AddAsync(path);
            }
            finally
            {
                File.Delete(path);
            }
        }
        History = history;
        var report = new StalenessChecker(Vault.Bounds, Vault.Soon.Expire).Check(history);
        Console.Out.WriteLine($"  {name}: {report}");
        return report;
    }

    public Task EachAsync(Func<NodeProcess, Task> action) => Task.WhenAll(_nodes.Select(action));

    public Task<NodeCounts[]> CountsAsync() => Task.WhenAll(_nodes.Select(node => node.CountsAsync()));

    public async ValueTask DisposeAsync()
    {
        await _resting.CancelAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await Task.WhenAll(_sessions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whatever broke them broke the test before
        await Log.DisposeAsync();
        await Source.DisposeAsync();
    }
}

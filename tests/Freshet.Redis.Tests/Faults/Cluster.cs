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

    /// <param name="names">Names of the nodes.</param>
    /// <param name="settings">Changes a node's settings.</param>
    /// <param name="arguments">More for the log's server.</param>
    public static async Task<Cluster> StartAsync(string[] names, Func<NodeSettings, NodeSettings>? settings = null, params string[] arguments)
    {
        var cluster = new Cluster(await RedisServer.StartAsync(arguments), await RedisServer.StartAsync());
        try
        {
            await Task.WhenAll(names.Select(name => cluster.AddAsync(name, settings)));
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
        return cluster;
    }

    public async Task<NodeProcess> AddAsync(string name, Func<NodeSettings, NodeSettings>? settings = null)
    {
        var given = new NodeSettings { Name = name, Log = Log.ConnectionString, Source = Source.ConnectionString };
        var node = await NodeProcess.StartAsync(settings?.Invoke(given) ?? given);
        lock (_nodes)
        {
            _nodes.Add(node);
            _nodes.Sort((one, other) => string.CompareOrdinal(one.Settings.Name, other.Settings.Name));
        }
        return node;
    }

    /// <summary>Readers and writers on every node, and two sessions that go from node to node.</summary>
    public async Task WorkAsync(int readers = 4, int writers = 2, int keys = 4)
    {
        await EachAsync(node => node.AskAsync($"work {readers} {writers} {keys}"));
        _sessions.Add(new Session(1, Vault.MoneyCell, Vault.Balance, _nodes).RunAsync(int.MaxValue, _resting.Token));
        _sessions.Add(new Session(2, Vault.TitleCell, Vault.Title, _nodes).RunAsync(int.MaxValue, _resting.Token));
    }

    /// <summary>Completes once every node has done so much more.</summary>
    public Task ProgressAsync(int reads = 400, int writes = 20, int hits = 100) => EachAsync(node => node.AskAsync($"progress {reads} {writes} {hits}"));

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
        var report = new StalenessChecker(Vault.Bounds, Vault.Soon.Expire).Check(history);
        Console.Out.WriteLine($"  {name}: {report}");
        return report;
    }

    public async Task EachAsync(Func<NodeProcess, Task> action) => await Task.WhenAll(_nodes.Select(action));

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

/// <summary>What every case asserts.</summary>
internal static class StalenessReportAssertions
{
    /// <summary>None is old, none failed, and there was enough that could have been old.</summary>
    public static void ShouldHold(this StalenessReport report, int reads = 3_000, int atRisk = 200, int writes = 100)
    {
        report.Old.ShouldBeEmpty(report.ToString());
        report.Failures.ShouldBeEmpty();
        report.Reads.ShouldBeGreaterThan(reads);
        report.High.ShouldBeGreaterThan(reads / 2);
        report.WithToken.ShouldBeGreaterThan(20);
        report.AtRisk.ShouldBeGreaterThan(atRisk);
        (report.Writes - report.Pending).ShouldBeGreaterThan(writes);
    }
}

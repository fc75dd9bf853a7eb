namespace Freshet.Redis.Tests;

/// <summary>Three masters on loopback that share the slots.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisServer> _servers = [];

    public IReadOnlyList<RedisServer> Servers => _servers;

    public string ConnectionString => $"{string.Join(',', _servers.Select(server => $"127.0.0.1:{server.Port}"))},abortConnect=false,allowAdmin=true";

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var port = RedisServer.FreePort();
                cluster._servers.Add(await RedisServer.StartOnAsync(port, "--cluster-enabled", "yes", "--cluster-port", $"{RedisServer.FreePort()}", "--cluster-node-timeout", "2000"));
            }
            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    private async Task JoinAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            // A third of the slots each.
            await _servers[i].RunAsync("CLUSTER", "ADDSLOTSRANGE", $"{i * 16384 / 3}", $"{(i + 1) * 16384 / 3 - 1}");
            var bus = (await _servers[i].RunAsync("CONFIG", "GET", "cluster-port")).Split('\n')[1];
            if (i > 0) await _servers[0].RunAsync("CLUSTER", "MEET", "127.0.0.1", $"{_servers[i].Port}", bus);
        }
        var watchdog = Watchdog.Token;
        foreach (var server in _servers)
        {
            while (await server.RunAsync("CLUSTER", "INFO") is var info && (!info.Contains("cluster_state:ok", StringComparison.Ordinal) || !info.Contains("cluster_known_nodes:3", StringComparison.Ordinal)))
                watchdog.ThrowIfCancellationRequested();
        }
    }
}

using StackExchange.Redis;

namespace Freshet.Redis.Tests;

/// <summary>A test with a server of its own, and a way past the log to look at its keys and to harm them.</summary>
public abstract class RedisTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _nodes = [];
    private ConnectionMultiplexer? _client;

    internal RedisServer Server { get; private set; } = null!;

    /// <summary>The keyspace that <see cref="LogNode.Settings"/> names.</summary>
    internal static string Key(string part) => $"freshet:{{desk}}:{part}";

    public virtual async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _client?.Close(false);
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal LogNode Node(LogSettings? settings = null) => Owned(new LogNode(Server, settings));

    internal T Owned<T>(T owned) where T : IAsyncDisposable
    {
        _nodes.Add(owned);
        return owned;
    }

    internal async Task<IDatabase> DatabaseAsync() => (_client ??= await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString)).GetDatabase();
}

using Freshet.Redis.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Conformance;

/// <summary>Freshet over a real Redis; the way of each node to it can be cut.</summary>
public sealed class OverRedisTests : ConformanceTests
{
    protected override async Task<ICachePair> StartAsync(TimeSpan offsetOfB = default) => await RedisPair.StartAsync(offsetOfB);

    private sealed class RedisPair(RedisServer server, SharedFile file, TcpProxy wayA, TcpProxy wayB, FreshetNode a, FreshetNode b) : ICachePair
    {
        public ICacheNode A => a;

        public ICacheNode B => b;

        public static async Task<RedisPair> StartAsync(TimeSpan offsetOfB)
        {
            var (server, file) = (await RedisServer.StartAsync(), new SharedFile());
            var (wayA, wayB) = (TcpProxy.To(server), TcpProxy.To(server));
            var a = await FreshetNode.StartAsync(file.Connect, default, builder => builder.UseRedis(wayA.ConnectionString));
            var b = await FreshetNode.StartAsync(file.Connect, offsetOfB, builder => builder.UseRedis(wayB.ConnectionString));
            return new RedisPair(server, file, wayA, wayB, a, b);
        }

        // A broken connection loses what is published meanwhile, and comes back.
        public void LoseMessagesToA() => wayA.Cut();

        public void CutA() => wayA.Cut();

        public void CutB() => wayB.Cut();

        public void Mend() => wayA.Mend();

        public async Task KillBAsync() => await b.DisposeAsync();

        public async ValueTask DisposeAsync()
        {
            await a.DisposeAsync();
            await b.DisposeAsync();
            await wayA.DisposeAsync();
            await wayB.DisposeAsync();
            await server.DisposeAsync();
            file.Dispose();
        }
    }
}

using Freshet.Redis.Tests;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

/// <summary>An append, with nobody to wait for, beside a bare script that increments a number and publishes the same bytes.</summary>
internal static class Appends
{
    private const string Bare = "local n = redis.call('INCR', KEYS[1]) redis.call('PUBLISH', ARGV[1], ARGV[2]) return n";
    private const int Calls = 500;

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString).ConfigureAwait(false);
        await using var log = new LogClient(() => Task.FromResult<IConnectionMultiplexer>(multiplexer), "bench");
        await log.Log.ExchangeAsync(new ExchangeRequest(null, 100, new LeaseRow(log.Id, "bench", 1, 0, ["account"]), IsMature: false, []), default).ConfigureAwait(false);

        var database = multiplexer.GetDatabase();
        RedisKey[] keys = ["bench:n"];
        RedisValue[] values = ["bench:bell", LogClient.RecordOf(LogClient.DraftOf(0))];
        await Rounds.ReportAsync(
            Calls,
            ("bare script: INCR, PUBLISH", _ => database.ScriptEvaluateAsync(Bare, keys, values)),
            ("append: one record, one tag", i => log.AppendAsync(LogClient.DraftOf(i)).AsTask()),
            ("append: one record, five tags", i => log.AppendAsync(FiveTags(i)).AsTask())).ConfigureAwait(false);
    }

    private static RecordDraft FiveTags(int i)
    {
        var one = LogClient.DraftOf(i);
        return one with { Invalidations = [.. Enumerable.Range(0, 5).Select(tag => new Invalidation(new Tag("account", $"account:{tag}_{i % 1_000}"), InvalidationKind.Expire, TimeSpan.Zero))] };
    }
}

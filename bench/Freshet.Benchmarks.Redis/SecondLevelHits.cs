using Freshet.Redis;
using Freshet.Redis.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

/// <summary>What another node has stored, read by one that does not have it in memory, beside a bare <c>StringGetAsync</c> of the same bytes.</summary>
internal static class SecondLevelHits
{
    private const int Calls = 250;

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString).ConfigureAwait(false);
        var counters = new RedisCounters(null);
        await using var connection = new RedisConnection(() => Task.FromResult<IConnectionMultiplexer>(multiplexer), isOurs: false, TimeProvider.System, counters, NullLogger<RedisConnection>.Instance);
        var level = new RedisSecondLevel(connection, counters, "app", NullLogger<RedisSecondLevel>.Instance);
        var database = multiplexer.GetDatabase();

        await using var reader = await DeskNode.StartAsync(server.ConnectionString, new Source(), "reader").ConfigureAwait(false);
        await using var loader = await DeskNode.StartAsync(server.ConnectionString, new Source(), "loader").ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false); // until the log is old enough
        var count = Rounds.Numbers(Calls);
        for (var i = 0; i < count; i++)
        {
            await loader.Freshet.ReadAsync(Desk.Text, $"{i}").ConfigureAwait(false);
            if (i % 100 == 0) await Task.Delay(1).ConfigureAwait(false); // storing waits for nobody, and what is too much is dropped
        }
        await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        Console.WriteLine($"{await database.StringLengthAsync(RedisSecondLevel.EntryKey(KeyOf(0))).ConfigureAwait(false)} bytes an entry");

        await Rounds.ReportAsync(
            Calls,
            ("bare StringGetAsync", async i => Expect((await database.StringGetAsync(RedisSecondLevel.EntryKey(KeyOf(i))).ConfigureAwait(false)).HasValue)),
            ("the store: bytes and remaining time", async i => Expect((await level.GetAsync(KeyOf(i), default).ConfigureAwait(false)) is not null)),
            ("ReadAsync: judged, read, taken into memory", async i => Expect((await reader.Freshet.ReadAnswerAsync(Desk.Text, $"{i}", null, default).ConfigureAwait(false)).Source == AnswerSource.SecondLevel))).ConfigureAwait(false);
    }

    private static string KeyOf(int i) => $"app:text:v1:{i}";

    private static void Expect(bool isSo)
    {
        if (!isSo) throw new InvalidOperationException("That was no hit.");
    }
}

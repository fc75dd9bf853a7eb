using System.Globalization;
using Freshet.Redis;
using Freshet.Redis.Tests;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

/// <summary>What Redis keeps for a record, a tag, an id and an entry, and that all of it stops growing (R5).</summary>
internal static class RedisMemory
{
    private const int Count = 50_000;

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString).ConfigureAwait(false);
        var database = multiplexer.GetDatabase();
        var keys = new LogKeys("bench").All;
        // Times so short that all is forgotten within the run: marks after a second, ids after a second, records past 20,000.
        await using var log = new LogClient(
            () => Task.FromResult<IConnectionMultiplexer>(multiplexer), "bench", TimeSpan.FromMilliseconds(500), retention: 20_000,
            margin: TimeSpan.FromMilliseconds(500), idWindow: TimeSpan.FromSeconds(1));
        await log.ExchangeAsync().ConfigureAwait(false);

        for (var i = 0; i < Count; i += 50) await log.AppendAsync([.. Enumerable.Range(i, 50).Select(n => LogClient.DraftOf(n, accounts: Count))]).ConfigureAwait(false);
        var (records, marks, ids) = (await UsedAsync(keys[1]).ConfigureAwait(false), await UsedAsync(keys[2], keys[3]).ConfigureAwait(false), await UsedAsync(keys[4], keys[5]).ConfigureAwait(false));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"per record {records / (double)Count:F0} bytes, per invalidated tag {marks / (double)Count:F0}, per remembered id {ids / (double)Count:F0}"));

        for (var round = 1; round <= 12; round++)
        {
            for (var i = 0; i < Count; i += 50)
                await log.AppendAsync([.. Enumerable.Range((round * Count) + i, 50).Select(n => LogClient.DraftOf(n, accounts: int.MaxValue))]).ConfigureAwait(false);
            await log.ExchangeAsync().ConfigureAwait(false); // as every node does all the time: whoever asks looks after what is old
            var all = await UsedAsync(keys).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"after {(round + 1) * Count,9:N0} records, each with a new tag: the log takes {all / 1048576.0,6:F1} MB"));
        }

        await using var loader = await DeskNode.StartAsync(server.ConnectionString, new Source(), "loader").ConfigureAwait(false);
        var before = await UsedMemoryAsync().ConfigureAwait(false);
        for (var i = 0; i < 10_000; i++)
        {
            await loader.Freshet.ReadAsync(Desk.Text, $"{i}").ConfigureAwait(false);
            if (i % 100 == 0) await Task.Delay(1).ConfigureAwait(false);
        }
        await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        var entries = 0;
        for (var i = 0; i < 10_000; i++) entries += await database.KeyExistsAsync(RedisSecondLevel.EntryKey($"app:text:v1:{i}")).ConfigureAwait(false) ? 1 : 0;
        var taken = await UsedMemoryAsync().ConfigureAwait(false) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"per entry of 1,004 bytes of text {taken / (double)entries:F0} bytes; each expires with its time to live"));

        async Task<long> UsedAsync(params RedisKey[] of)
        {
            var sum = 0L;
            foreach (var key in of)
            {
                var used = await database.ExecuteAsync("MEMORY", "USAGE", key, "SAMPLES", "0").ConfigureAwait(false);
                if (!used.IsNull) sum += (long)used;
            }
            return sum;
        }

        async Task<long> UsedMemoryAsync()
        {
            var info = (string)(await database.ExecuteAsync("INFO", "memory").ConfigureAwait(false))!;
            return long.Parse(info.Split("used_memory:")[1].Split('\r')[0], CultureInfo.InvariantCulture);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Freshet.Redis.Tests;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

/// <summary>What a node's processor does while another process appends 20,000 records a second, fifty to an append.</summary>
internal static class Following
{
    public const string Verb = "write";

    private const int PerSecond = 20_000;
    private const int PerAppend = 50;
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(10);

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        await using var node = await DeskNode.StartAsync(server.ConnectionString, new Source(), "follower").ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
        using var writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Verb, server.ConnectionString]))!;
        while (node.Log.Position.Position < PerSecond) await Task.Delay(10).ConfigureAwait(false); // its first second

        using var me = Process.GetCurrentProcess();
        var (started, processor, position, most) = (Stopwatch.GetTimestamp(), me.TotalProcessorTime, node.Log.Position.Position, 0L);
        while (Stopwatch.GetElapsedTime(started) < _time)
        {
            await Task.Delay(50).ConfigureAwait(false);
            most = Math.Max(most, node.Log.Lag);
        }
        me.Refresh();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(node.Log.Position.Position - position) / seconds:F0} records a second followed by {(me.TotalProcessorTime - processor).TotalSeconds / seconds:F2} of a core; lag at most {most} records; {node.Log.Counters.Gaps} gaps, {node.Log.Counters.Trims} resets"));
        await writer.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>The other process: as many as there should be by now, each moment.</summary>
    public static async Task WriteAsync(string redis)
    {
        await using var log = new LogClient(async () => await ConnectionMultiplexer.ConnectAsync(redis).ConfigureAwait(false), "app");
        var (started, written) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(started) < _time + TimeSpan.FromSeconds(3))
        {
            if (written > Stopwatch.GetElapsedTime(started).TotalSeconds * PerSecond)
            {
                await Task.Delay(1).ConfigureAwait(false);
                continue;
            }
            await log.AppendAsync([.. Enumerable.Range(written, PerAppend).Select(i => LogClient.DraftOf(i, accounts: 10_000))]).ConfigureAwait(false);
            written += PerAppend;
        }
    }
}

/// <summary>How long a node takes that missed many records: it reads them, or begins again where they are no longer kept.</summary>
internal static class CatchingUp
{
    private const int Missed = 99_000; // of the 100,000 that are kept

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        await using var log = new LogClient(async () => await ConnectionMultiplexer.ConnectAsync(server.ConnectionString).ConfigureAwait(false), "app");
        for (var run = 1; run <= 5; run++)
        {
            var from = (await log.ExchangeAsync().ConfigureAwait(false)).Head;
            for (var i = 0; i < Missed; i += 100) await log.AppendAsync([.. Enumerable.Range(i, 100).Select(n => LogClient.DraftOf(n))]).ConfigureAwait(false);
            using var clockOwner = new NodeOnItsOwn(log.Log, from);
            var started = Stopwatch.GetTimestamp();
            var exchanges = await clockOwner.CatchUpAsync().ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Missed} missed records applied in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s, {exchanges} exchanges"));
        }
    }
}

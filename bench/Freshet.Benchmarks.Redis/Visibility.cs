using System.Diagnostics;
using System.Globalization;
using Freshet.Redis.Tests;

namespace Freshet.Benchmarks.Redis;

/// <summary>From <c>UpdateTag</c> returned on one node to the new value on another: with a lease never an old read; without, how long it takes.</summary>
internal static class Visibility
{
    private const int Count = 500;

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        var source = new Source();
        await using var a = await DeskNode.StartAsync(server.ConnectionString, source, "a").ConfigureAwait(false);
        await using var b = await DeskNode.StartAsync(server.ConnectionString, source, "b").ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false); // until the log is old enough

        var (old, writes) = (0, new List<double>());
        for (var i = 1; i <= Count; i++)
        {
            await a.Freshet.ReadAsync(Desk.Balance, "x").ConfigureAwait(false); // in its memory, so that it could be old
            source.Balance = i;
            var started = Stopwatch.GetTimestamp();
            await b.UpdateAsync(Desk.Account.For("x")).ConfigureAwait(false);
            writes.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (await a.Freshet.ReadAsync(Desk.Balance, "x").ConfigureAwait(false) != i) old++;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"high, with a lease:     {old} of {Count} rounds with an old read; the write took {Text(writes)}"));

        (old, var seen) = (0, new List<double>());
        for (var i = Count + 1; i <= 2 * Count; i++)
        {
            await a.Freshet.ReadAsync(Desk.Headline, "x").ConfigureAwait(false);
            source.Balance = i;
            await b.UpdateAsync(Desk.Profile.For("x")).ConfigureAwait(false);
            var started = Stopwatch.GetTimestamp();
            var reads = 0;
            for (; await a.Freshet.ReadAsync(Desk.Headline, "x").ConfigureAwait(false) != i; reads++) await Task.Yield();
            seen.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (reads > 0) old++;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medium, without a lease: {old} of {Count} rounds with an old read; the new value after {Text(seen)}"));
    }

    private static string Text(List<double> milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{Rounds.Median(milliseconds):F3} ms median, {Rounds.Percentile(milliseconds, 0.99):F3} ms p99");
}

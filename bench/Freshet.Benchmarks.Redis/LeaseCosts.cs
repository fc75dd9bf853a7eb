using System.Diagnostics;
using System.Globalization;
using Freshet.Redis.Tests;

namespace Freshet.Benchmarks.Redis;

/// <summary>What a finished write costs, by how many nodes hold a lease for its tags. All nodes share this process and its processors: in an application each has its own.</summary>
internal static class LeaseCosts
{
    private const int Warmups = 50;
    private const int Writes = 300;

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        var (source, nodes) = (new Source(), new List<DeskNode>());
        try
        {
            foreach (var count in (int[])[1, 2, 8, 32])
            {
                while (nodes.Count < count) nodes.Add(await DeskNode.StartAsync(server.ConnectionString, source, $"node {nodes.Count + 1}").ConfigureAwait(false));
                await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
                var (milliseconds, rows) = (new List<double>(), (await nodes[0].Log.TryReadLeasesAsync(default).ConfigureAwait(false))!.Rows.Count);
                for (var i = -Warmups; i < Writes; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    await nodes[0].UpdateAsync(Desk.Account.For($"{i % 100}")).ConfigureAwait(false);
                    if (i >= 0) milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{count,2} nodes, {rows,2} leases: {Rounds.Median(milliseconds):F2} ms median, {Rounds.Percentile(milliseconds, 0.99):F2} ms p99; waited out {nodes[0].Log.Counters.WaitedOut.Sum(each => each.Value)}"));
            }
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync().ConfigureAwait(false);
        }
    }
}

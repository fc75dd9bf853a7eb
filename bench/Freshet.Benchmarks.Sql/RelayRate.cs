using System.Diagnostics;
using System.Globalization;
using Freshet.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks.Sql;

/// <summary>How many rows a relay appends and marks in a second.</summary>
internal static class RelayRate
{
    private const int Rows = 20_000;

    public static async Task PrintAsync(Shop shop)
    {
        await using var services = await shop.StartAsync(relays: false);
        services.GetRequiredService<IFreshet>();
        var relay = services.GetRequiredService<OutboxRelay>();
        await shop.ExecuteAsync(shop.Fill(2_000));
        await relay.RelayAllAsync(default); // compiled, and pages in memory
        var rates = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            await shop.ExecuteAsync(shop.Fill(Rows));
            var started = Stopwatch.GetTimestamp();
            var relayed = await relay.RelayAllAsync(default);
            rates.Add(relayed / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shop.Name}: relay, median of 5 runs of {Rows} rows: {Costs.Percentile(rates, 0.5):F0} rows a second, slowest {rates.Min():F0}"));
    }
}

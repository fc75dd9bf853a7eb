using System.Diagnostics;
using System.Globalization;
using Freshet.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks.Sql;

/// <summary>From a commit until its record is applied: by its own action, and by the relay for a row that another program wrote.</summary>
internal static class Latencies
{
    private const int Warmups = 200;
    private const int Writes = 1_000;

    public static async Task PrintAsync(Shop shop)
    {
        await using var services = await shop.StartAsync(relays: true);
        var freshet = services.GetRequiredService<IFreshet>();
        Report($"{shop.Name}: from commit to applied, by its action", await MeasureAsync(Writes, Warmups, i => ByActionAsync(shop, freshet, i)));
        if (shop is PostgresShop) Report($"{shop.Name}: the same, by a relay that is rung for", await MeasureAsync(Writes, Warmups, i => ByRelayAsync(shop, freshet)));
        else Report($"{shop.Name}: the same, by a relay that looks every second", await MeasureAsync(10, 1, i => ByRelayAsync(shop, freshet)));
    }

    private static void Report(string what, List<double> times) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: median {Costs.Percentile(times, 0.5):F0} us, p99 {Costs.Percentile(times, 0.99):F0} us"));

    private static async Task<List<double>> MeasureAsync(int writes, int warmups, Func<int, Task<TimeSpan>> write)
    {
        var times = new List<double>(writes);
        for (var i = -warmups; i < writes; i++)
        {
            var time = await write(i + warmups);
            if (i >= 0) times.Add(time.TotalMicroseconds);
        }
        return times;
    }

    private static async Task<TimeSpan> ByActionAsync(Shop shop, IFreshet freshet, int i)
    {
        await using var action = freshet.BeginUserAction("pay");
        long committed;
        await using (var connection = await shop.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Shop.WriteAsync(transaction, i);
            freshet.Raise(new InvoicePaid("inv_1"));
            await freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
            committed = Stopwatch.GetTimestamp();
        }
        await action.CompleteAsync();
        return Stopwatch.GetElapsedTime(committed);
    }

    private static async Task<TimeSpan> ByRelayAsync(Shop shop, IFreshet freshet)
    {
        var before = freshet.Log.Position.Position;
        await shop.ExecuteAsync("INSERT INTO freshet_outbox (action, event, data) VALUES ('import', 'invoice.paid', '{\"invoiceId\":\"inv_1\"}')");
        var committed = Stopwatch.GetTimestamp();
        await shop.ExecuteAsync(shop.Ring);
        while (freshet.Log.Position.Position == before) await Task.Yield();
        return Stopwatch.GetElapsedTime(committed);
    }
}

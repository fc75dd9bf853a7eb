using System.Diagnostics;
using System.Globalization;
using Freshet.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks.Sql;

/// <summary>What an action pays: the same write without Freshet, with an event in the outbox, and with one that is held. In turn, write by write, so that all meet the same noise.</summary>
internal static class Costs
{
    private const int Warmups = 500;
    private const int Writes = 2_000;

    public static async Task PrintAsync(Shop shop)
    {
        await using var services = await shop.StartAsync(relays: true);
        var freshet = services.GetRequiredService<IFreshet>();
        (string Name, Func<int, Task> Write)[] all =
        [
            ("the write alone", i => PlainAsync(shop, i)),
            ("raised, committed, appended", i => CommittedAsync(shop, freshet, i, () => freshet.Raise(new InvoicePaid("inv_1")))),
            ("the same, held", i => CommittedAsync(shop, freshet, i, () => freshet.Raise(new PlanChanged("plan_1")))),
            ("saved, committed apart, asked", i => SavedAsync(shop, freshet, i, () => freshet.Raise(new InvoicePaid("inv_1")))),
        ];
        var times = Array.ConvertAll(all, _ => new List<double>(Writes));
        for (var i = -Warmups; i < Writes; i++)
        {
            for (var at = 0; at < all.Length; at++)
            {
                var started = Stopwatch.GetTimestamp();
                await all[at].Write(i + Warmups);
                if (i >= 0) times[at].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }
        }

        Console.WriteLine($"{shop.Name}: cost of a write");
        for (var at = 0; at < all.Length; at++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {all[at].Name,-30} median {Percentile(times[at], 0.5),7:F0} us, {Percentile(times[at], 0.5) / Percentile(times[0], 0.5):F2} times; p99 {Percentile(times[at], 0.99),7:F0} us"));
        }
    }

    internal static double Percentile(List<double> values, double share) => values.Order().ElementAt((int)(values.Count * share));

    private static async Task PlainAsync(Shop shop, int i)
    {
        await using var connection = await shop.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Shop.WriteAsync(transaction, i);
        await transaction.CommitAsync();
    }

    private static async Task CommittedAsync(Shop shop, IFreshet freshet, int i, Action raise)
    {
        await using var action = freshet.BeginUserAction("pay");
        await using (var connection = await shop.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Shop.WriteAsync(transaction, i);
            raise();
            await freshet.CommitAsync(transaction);
        }
        await action.CompleteAsync();
    }

    private static async Task SavedAsync(Shop shop, IFreshet freshet, int i, Action raise)
    {
        await using var action = freshet.BeginUserAction("pay");
        await using (var connection = await shop.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Shop.WriteAsync(transaction, i);
            raise();
            await freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }
        await action.CompleteAsync();
    }
}

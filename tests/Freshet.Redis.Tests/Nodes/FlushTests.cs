namespace Freshet.Redis.Tests.Nodes;

/// <summary>S29 with everything in it: two nodes on one log, what they load in Redis, and an operator who flushes on one of them.</summary>
public sealed class FlushTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFlushOnOneNodeOutdatesTheMemoryOfAllAndWhatIsInRedis(bool ofKind)
    {
        await using var redis = await RedisServer.StartAsync();
        var ledger = new Ledger { ["x"] = 1 };
        await using var a = await BankNode.StartAsync(redis.ConnectionString, ledger, "a");
        await using var b = await BankNode.StartAsync(redis.ConnectionString, ledger, "b");
        await a.SettledAsync();
        await b.SettledAsync();
        await a.BalanceAsync("x");
        await StoredAsync(redis);
        var loads = ledger.Loads;
        (await b.BalanceAsync("x")).ShouldBe(1);
        ledger.Loads.ShouldBe(loads, "or b has it from its own loader");

        ledger["x"] = 2; // by hand: nobody raises anything
        (await b.BalanceAsync("x")).ShouldBe(1);
        var service = (FreshetService)a.Freshet;
        await using (var action = service.BeginOperator("flush", "ann", "mended by hand"))
        {
            FreshetService.Flush(action, ofKind ? service.ScopeOfTagKind("account") : service.ScopeOfQuery("balance"));
            await action.CompleteAsync();
        }

        (await b.BalanceAsync("x")).ShouldBe(2);
        (await a.BalanceAsync("x")).ShouldBe(2);
        // Nothing in its memory, and what is in Redis is of before the flush for all it knows.
        await using var c = await BankNode.StartAsync(redis.ConnectionString, ledger, "c");
        (await c.BalanceAsync("x")).ShouldBe(2);
    }

    /// <summary>Nobody waits for the storing.</summary>
    private static async Task StoredAsync(RedisServer redis)
    {
        using var watchdog = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await redis.RunAsync("KEYS", "*:balance:*")).Length == 0) await Task.Delay(20, watchdog.Token);
    }
}

namespace Freshet.Redis.Tests.Nodes;

public sealed class TwoNodesTests
{
    [Fact]
    public async Task AFinishedWriteIsSeenByTheNextReadOfEveryNode()
    {
        await using var redis = await RedisServer.StartAsync();
        var ledger = new Ledger();
        await using var a = await BankNode.StartAsync(redis.ConnectionString, ledger, "a");
        await using var b = await BankNode.StartAsync(redis.ConnectionString, ledger, "b");

        for (var i = 1; i <= 500; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (a, b) : (b, a);
            await reader.BalanceAsync("x"); // in its memory, so that it could be old
            await writer.PayAsync(ledger, "x", i);
            (await reader.BalanceAsync("x")).ShouldBe(i);
        }
        a.Log.Counters.FailedExchanges.ShouldBe(0);
        a.Log.Counters.WaitedOut.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhileItsLeaseHoldsAHitAsksNobody()
    {
        await using var redis = await RedisServer.StartAsync();
        var ledger = new Ledger();
        await using var a = await BankNode.StartAsync(redis.ConnectionString, ledger, "a");
        await a.SettledAsync();
        await a.BalanceAsync("x");
        var loads = ledger.Loads;

        for (var i = 0; i < 1_000; i++) await a.BalanceAsync("x");

        ledger.Loads.ShouldBe(loads);
        a.Log.Counters.Exchanges.ShouldBeLessThan(30);
    }
}

namespace Freshet.Redis.Tests.Nodes;

/// <summary>R8 over Redis: measured from the commit, no high read of any node is old.</summary>
public sealed class HeldWriteTests
{
    [Fact]
    public async Task FromTheCommitOnNoNodeReadsWhatItReplaced()
    {
        await using var redis = await RedisServer.StartAsync();
        var ledger = new Ledger();
        await using var a = await BankNode.StartAsync(redis.ConnectionString, ledger, "a");
        await using var b = await BankNode.StartAsync(redis.ConnectionString, ledger, "b");
        await a.SettledAsync();
        await b.SettledAsync();

        for (var i = 1; i <= 300; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (a, b) : (b, a);
            await reader.BalanceAsync("x"); // in its memory, so that it could be old
            await using var action = writer.Freshet.BeginUserAction("pay");
            writer.Freshet.Raise(new Paid("x"));
            (await writer.Freshet.HoldAsync()).ShouldBeTrue();
            ledger["x"] = i; // the commit
            (await Elsewhere(() => reader.BalanceAsync("x"))).ShouldBe(i);
            (await Elsewhere(() => writer.BalanceAsync("x"))).ShouldBe(i);
            await action.CompleteAsync();
            (await reader.BalanceAsync("x")).ShouldBe(i);
        }
        a.Node.Applied.Holds.ShouldBeNull();
        foreach (var node in (BankNode[])[a, b]) (node.Log.Holds[HoldOutcome.Resolved], node.Log.Holds[HoldOutcome.Late]).ShouldBe((150, 0));
    }

    /// <summary>Its writer is gone without a word, and a node starts meanwhile.</summary>
    [Fact]
    public async Task AHoldWhoseWriterIsGoneKeepsEveryNodeAtTheSourceUntilOneEndsIt()
    {
        await using var redis = await RedisServer.StartAsync();
        var ledger = new Ledger { ["x"] = 1 };
        await using var a = await BankNode.StartAsync(redis.ConnectionString, ledger, "a", options => options.HoldLimit = TimeSpan.FromSeconds(3));
        await a.SettledAsync();
        await a.BalanceAsync("x");
        await using (var writer = new LogNode(redis.ConnectionString, LogNode.Settings with { Keyspace = "app" }))
        {
            await writer.AppendAsync(LogNode.Draft() with { Call = "Hold", Holds = new Holding(RecordId.Next(), [Bank.Account.For("x")]) });
        }
        await using var b = await BankNode.StartAsync(redis.ConnectionString, ledger, "b", options => options.HoldLimit = TimeSpan.FromSeconds(3));
        b.Node.Applied.Holds.ShouldNotBeNull().Count.ShouldBe(1);

        using var watchdog = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var balance = 1;
        while (a.Node.Applied.Holds is not null || b.Node.Applied.Holds is not null)
        {
            ledger["x"] = ++balance;
            (await b.BalanceAsync("x")).ShouldBe(balance);
            await Task.Delay(20, watchdog.Token);
        }

        foreach (var node in (BankNode[])[a, b]) (await node.BalanceAsync("x")).ShouldBe(balance);
        await using var reader = new LogNode(redis.ConnectionString, LogNode.Settings with { Keyspace = "app" });
        (await reader.ExchangeAsync(new LogPosition(a.Log.Position.Epoch, 0)))
            .Records.Select(record => record.Cause).ShouldBe([null, "overdue"]);
    }

    private static Task<T> Elsewhere<T>(Func<Task<T>> what)
    {
        using var _ = ExecutionContext.SuppressFlow();
        return Task.Run(what);
    }
}

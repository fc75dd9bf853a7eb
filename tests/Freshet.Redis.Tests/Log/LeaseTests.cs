namespace Freshet.Redis.Tests.Log;

/// <summary>Lease rows: whom a writer waits for (R7, PROTOCOL 20-22).</summary>
public sealed class LeaseTests : RedisTest
{
    [Fact]
    public async Task AnAppendTellsTheRowsAsTheyStoodThen()
    {
        var (writer, holder) = (Node(), Node());
        await holder.ExchangeAsync(lease: holder.Lease(renewal: 1, acknowledged: 0, name: "web 2, the second", kinds: ["account", "user"]));
        var early = await writer.AppendAsync(LogNode.Expire("account:a"));
        await holder.ExchangeAsync(known: await holder.HeadAsync(), lease: holder.Lease(renewal: 2, acknowledged: 1, name: "web 2, the second"));
        var late = await writer.AppendAsync(LogNode.Expire("account:a"));

        ShouldBe(early.Leases.Single(), holder.Lease(1, 0, "web 2, the second", "account", "user"));
        ShouldBe(late.Leases.Single(), holder.Lease(2, 1, "web 2, the second"));
        ShouldBe((await writer.Log.LeasesAsync(Watchdog.Token)).Rows.Single(), late.Leases.Single());
    }

    [Fact]
    public async Task ARowOfANodeInAnotherEpochAcknowledgesNothingOfThisOne()
    {
        var (writer, holder) = (Node(), Node());
        var gone = new LogPosition(Epoch.Create(), 500);
        await holder.ExchangeAsync(known: gone, lease: holder.Lease(acknowledged: 500));

        (await writer.AppendAsync(LogNode.Expire("account:a"))).Leases.Single().Acknowledged.ShouldBe(0);
    }

    [Fact]
    public async Task AnAppendThatWasADuplicateTellsThemToo()
    {
        var (writer, holder) = (Node(), Node());
        var draft = LogNode.Expire("account:a");
        await writer.AppendAsync(draft);
        await holder.ExchangeAsync(lease: holder.Lease());

        (await writer.AppendAsync(draft)).Leases.Single().Node.ShouldBe(holder.Id);
    }

    [Fact]
    public async Task WhoAsksWithoutALeaseHoldsNone()
    {
        var node = Node();
        await node.ExchangeAsync();

        (await node.Log.LeasesAsync(Watchdog.Token)).Rows.ShouldBeEmpty();
    }

    [Fact]
    public async Task OnlyARowThatWasNotRenewedSinceIsRemoved()
    {
        var (writer, first, second) = (Node(), Node(), Node());
        await first.ExchangeAsync(lease: first.Lease(renewal: 1));
        await second.ExchangeAsync(lease: second.Lease(renewal: 1));
        var seen = (await writer.AppendAsync(LogNode.Expire("account:a"))).Leases;
        await second.ExchangeAsync(lease: second.Lease(renewal: 2));
        await writer.Log.RemoveLeasesAsync(seen, Watchdog.Token);

        (await writer.Log.LeasesAsync(Watchdog.Token)).Rows.Select(row => (row.Node, row.Renewal)).ShouldBe([(second.Id, 2L)]);
        await second.Log.RemoveLeasesAsync([second.Lease(renewal: 2)], Watchdog.Token);
        (await writer.Log.LeasesAsync(Watchdog.Token)).Rows.ShouldBeEmpty();
    }

    /// <summary>A request held up on its way would take back the kinds that the node has declared since, and no writer of those would wait for it.</summary>
    [Fact]
    public async Task ALateRenewalDoesNotReplaceALaterOne()
    {
        var node = Node();
        await node.ExchangeAsync(lease: node.Lease(renewal: 10, kinds: ["account", "user"]));
        await node.ExchangeAsync(lease: node.Lease(renewal: 9, kinds: ["account"]));

        ShouldBe((await node.Log.LeasesAsync(Watchdog.Token)).Rows.Single(), node.Lease(renewal: 10, kinds: ["account", "user"]));
    }

    private static void ShouldBe(LeaseRow row, LeaseRow expected)
    {
        (row with { Kinds = [] }).ShouldBe(expected with { Kinds = [] });
        row.Kinds.ShouldBe(expected.Kinds);
    }
}

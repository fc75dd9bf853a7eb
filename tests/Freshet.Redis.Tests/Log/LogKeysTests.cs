using System.Text;

namespace Freshet.Redis.Tests.Log;

/// <summary>A log's keys share a slot of a cluster, and two keyspaces share nothing.</summary>
public sealed class LogKeysTests : RedisTest
{
    [Theory]
    [InlineData("app")]
    [InlineData("desk")]
    [InlineData("a.b-c")]
    public void TheKeysOfALogShareASlot(string keyspace)
    {
        var keys = new LogKeys(keyspace).All.Select(key => (string)key!).ToList();

        keys.Count.ShouldBe(7);
        keys.Distinct().Count().ShouldBe(7);
        keys.Select(SlotOf).Distinct().ShouldBe([SlotOf($"{{{keyspace}}}")]);
    }

    /// <summary>By the values that Redis Cluster's own specification gives, so that the test above means something.</summary>
    [Fact]
    public void TheSlotIsComputedAsAClusterDoes()
    {
        Crc16("123456789"u8).ShouldBe((ushort)0x31C3);
        SlotOf("{user1000}.following").ShouldBe(SlotOf("{user1000}.followers"));
        SlotOf("foo").ShouldBe(12182);
    }

    [Fact]
    public async Task TheServerComputesTheSame()
    {
        await using var server = await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-port", $"{RedisServer.FreePort()}");
        foreach (string key in new LogKeys("desk").All.Select(key => (string)key!))
            (await server.RunAsync("CLUSTER", "KEYSLOT", key)).ShouldBe($"{SlotOf(key)}");
    }

    [Fact]
    public async Task TwoKeyspacesDoNotTouchEachOther()
    {
        var (desk, shop) = (Node().Listen(), Node(LogNode.Settings with { Keyspace = "shop" }).Listen());
        await desk.AppendAsync(LogNode.Expire("account:a"), LogNode.Expire("account:b"));
        await desk.ExchangeAsync(lease: desk.Lease());
        var first = await shop.AppendAsync("account:a");
        await desk.AppendAsync("account:c");
        await desk.Heard.UntilAsync(heard => heard.Bells.Count == 2);

        first.Position.ShouldBe(1);
        first.Epoch.ShouldNotBe((await desk.HeadAsync()).Epoch);
        (await shop.FetchAsync("account:b")).Marks.Single().ExpiredAt.ShouldBe(0);
        (await shop.Log.LeasesAsync(Watchdog.Token)).Rows.ShouldBeEmpty();
        shop.Heard.Bells.Count.ShouldBe(1); // its own
        var head = await shop.HeadAsync();

        await Server.RunAsync("DEL", Key("marks:a"));
        await desk.HeadAsync();
        (await shop.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task EveryKeyBelongsToTheKeyspaceAndHasNoExpiry()
    {
        var node = Node();
        await node.AppendAsync("account:a");

        var keys = (await Server.RunAsync("KEYS", "*")).Split('\n');
        keys.Order().ShouldBe(node.Log.Keys.All.Select(key => (string)key!).Where(key => !key.EndsWith(":ids:b", StringComparison.Ordinal)).Order());
        foreach (var key in keys) (await Server.RunAsync("TTL", key)).ShouldBe("-1");
    }

    [Fact]
    public async Task LogsOfAClusterSpreadOverItsMastersAndWorkFromEveryNode()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var keyspaces = new[] { "app", "desk", "shop", "billing", "a", "b", "c", "d" };
        keyspaces.Select(keyspace => SlotOf($"{{{keyspace}}}") * 3 / 16384).Distinct().Count().ShouldBe(3); // every master has some
        foreach (var keyspace in keyspaces)
        {
            var settings = LogNode.Settings with { Keyspace = keyspace };
            await using var writer = new LogNode(cluster.ConnectionString, settings);
            await using var other = new LogNode(cluster.ConnectionString, settings);
            other.Listen();
            await other.Log.CheckAsync(Watchdog.Token);
            var record = await writer.AppendAsync("account:a");

            (await other.ExchangeAsync(new LogPosition(record.Epoch, 0))).Records.Single().Id.ShouldBe(record.Id);
            (await other.FetchAsync("account:a")).Marks.Single().ExpiredAt.ShouldBe(1);
        }

        // A bell that is rung on one master is heard at all.
        await using var ringing = new LogNode(cluster.ConnectionString);
        await using var listening = new LogNode(cluster.ConnectionString);
        listening.Listen();
        await listening.AppendAsync("account:x"); // waits for its own subscriptions
        await ringing.AppendAsync("account:a");
        await listening.Heard.UntilAsync(heard => heard.Bells.Any(bell => bell.Writer == ringing.Id));
    }

    private static int SlotOf(string key)
    {
        var start = key.IndexOf('{', StringComparison.Ordinal);
        var end = start < 0 ? -1 : key.IndexOf('}', start + 1);
        return Crc16(Encoding.UTF8.GetBytes(end > start + 1 ? key[(start + 1)..end] : key)) % 16384;
    }

    private static ushort Crc16(ReadOnlySpan<byte> bytes)
    {
        ushort crc = 0;
        foreach (var value in bytes)
        {
            crc ^= (ushort)(value << 8);
            for (var bit = 0; bit < 8; bit++) crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
        }
        return crc;
    }
}

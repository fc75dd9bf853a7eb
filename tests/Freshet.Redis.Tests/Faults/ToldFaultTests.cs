namespace Freshet.Redis.Tests.Faults;

/// <summary>What may happen to what the log tells without being asked.</summary>
public sealed class ToldFaultTests
{
    /// <summary>Every record is found by asking (R6), and writers learn from the lease rows who has applied it (PROTOCOL 22).</summary>
    [Fact]
    public async Task EveryDoorbellIsDropped()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"], node => node with { Telling = Telling.Dropped });
        await cluster.WorkAsync(keys: 30); // many, so that a node has not shown each since it applied its last write
        await cluster.ProgressAsync(reads: 1_500, writes: 40);

        (await cluster.CheckAsync("every doorbell dropped")).ShouldHold(atRisk: 50);
        foreach (var counts in await cluster.CountsAsync()) counts.Disturbed.ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task DoorbellsAndAcknowledgementsComeLateTwiceAndInNoOrder()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"], node => node with { Telling = Telling.Disordered });
        await cluster.WorkAsync(keys: 30);
        await cluster.ProgressAsync(reads: 1_500, writes: 60);

        (await cluster.CheckAsync("doorbells doubled and disordered")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync()) counts.Disturbed.ShouldBeGreaterThan(100);
    }

    /// <summary>The connections by which nodes are told are closed again and again; those by which they ask stay.</summary>
    [Fact]
    public async Task SubscribersAreThrownOut()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        for (var i = 0; i < 5; i++)
        {
            await cluster.ProgressAsync(reads: 200, writes: 8, hits: 20);
            await cluster.Log.RunAsync("CLIENT", "KILL", "TYPE", "pubsub");
        }
        await cluster.ProgressAsync();

        (await cluster.CheckAsync("subscribers thrown out")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync()) counts.Reconnects.ShouldBeGreaterThan(0);
    }

    /// <summary>P5: repaired by the first exchange.</summary>
    [Fact]
    public async Task OneMessageIsMissed()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"]);
        var (a, b) = (nodes[0], nodes[1]);
        await a.AskAsync($"write {Vault.TitleCell} x user"); // waits out the new epoch
        for (var i = 2; i <= 20; i++)
        {
            (await b.ReadAsync(Vault.Title, "x")).ShouldBe(i - 1);
            await b.AskAsync($"drop 1");
            var written = (await a.AskAsync($"write {Vault.TitleCell} x user")).Split(' ');
            await b.AskAsync($"reach {written[1]} {written[2]}"); // nothing else is told: by asking
            (await b.ReadAsync(Vault.Title, "x")).ShouldBe(i);
        }
        (await b.CountsAsync()).Disturbed.ShouldBe(19);

        // For a high query there is no moment in between: the write waits.
        await b.ReadAsync(Vault.Balance, "x");
        await b.AskAsync($"drop 1");
        await a.AskAsync($"write {Vault.MoneyCell} x user");
        (await b.ReadAsync(Vault.Balance, "x")).ShouldBe(1);
    }
}

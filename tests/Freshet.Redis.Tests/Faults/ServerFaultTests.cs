namespace Freshet.Redis.Tests.Faults;

/// <summary>What may happen to the server that keeps the log.</summary>
public sealed class ServerFaultTests
{
    [Fact]
    public async Task NothingHappens()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        await cluster.ProgressAsync(reads: 1_500, writes: 60, hits: 400);

        (await cluster.CheckAsync("nothing happens")).ShouldHold();
        // Nobody may take a reply that was overtaken for a log that has gone back.
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBe(0);
    }

    /// <summary>S27, with the lease as applications have it.</summary>
    [Fact]
    public async Task KilledAndBackEmpty()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"], node => node.WithDefaultLease());
        await cluster.WorkAsync();
        await cluster.ProgressAsync();
        var before = await HitRateAsync(cluster);
        await cluster.Log.KillAsync();
        await cluster.EachAsync(node => node.AskAsync($"away"));
        await Task.Delay(500);
        await cluster.Log.StartAgainAsync();
        await cluster.BackAsync();
        await cluster.ProgressAsync();
        var after = await HitRateAsync(cluster);

        var report = await cluster.CheckAsync("killed and back empty");
        report.ShouldHold();
        report.Pending.ShouldBeGreaterThan(0);
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBeGreaterThan(0);
        after.ShouldBeGreaterThan(before * 0.6);
    }

    /// <summary>The numbers of the records that were lost are given to others (PROTOCOL 16).</summary>
    [Fact]
    public async Task RestartedFromAnOldSnapshot()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        await cluster.ProgressAsync();
        for (var i = 0; i < 2; i++)
        {
            await cluster.Log.SaveAsync();
            await cluster.ProgressAsync();
            await cluster.Log.RestartAsync();
            await cluster.BackAsync();
            await cluster.ProgressAsync();
        }

        (await cluster.CheckAsync("restarted from an old snapshot")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBeGreaterThanOrEqualTo(2);
    }

    /// <summary>The numbers go on where a node stands that never saw the lost record: by them it cannot notice (PROTOCOL 16).</summary>
    [Fact]
    public async Task RestartedFromAnOldSnapshotWithANodeThatLagged()
    {
        await using var cluster = await Cluster.StartAsync();
        // Told nothing: what waits in its connection while it is stopped would tell it of the lost record after all.
        var lagging = (await cluster.AddAsync(["lagging"], node => node with { Telling = Telling.Dropped })).Single();
        var writer = (await cluster.AddAsync(["writer"])).Single();
        await writer.AskAsync($"write {Vault.MoneyCell} x user");
        (await lagging.ReadAsync(Vault.Balance, "x")).ShouldBe(1);
        lagging.Pause();
        await cluster.Log.SaveAsync();
        await writer.AskAsync($"write {Vault.MoneyCell} x user"); // position 2, which is lost
        await writer.KillAsync();
        await cluster.Log.RestartAsync();
        await using var other = await NodeProcess.StartAsync(writer.Settings with { Name = "other" });
        await other.AskAsync($"write {Vault.MoneyCell} y user"); // position 2 again, were it the same epoch
        lagging.Resume();
        await lagging.AskAsync($"back"); // else it asks the source, for want of a connection

        (await lagging.ReadAsync(Vault.Balance, "x")).ShouldBe(2);
    }

    [Fact]
    public async Task Flushed()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        for (var i = 0; i < 3; i++)
        {
            await cluster.ProgressAsync();
            await cluster.Log.FlushAsync();
        }
        await cluster.ProgressAsync();

        (await cluster.CheckAsync("flushed three times")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBeGreaterThanOrEqualTo(3);
    }

    /// <summary>Each part of the log may be gone at any moment (PROTOCOL 19).</summary>
    [Fact]
    public async Task PartsAreEvicted()
    {
        await using var cluster = await Cluster.StartAsync("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru");
        await cluster.AddAsync(["a", "b"], node => node with { AcceptEviction = true });
        await cluster.WorkAsync();
        await cluster.ProgressAsync(reads: 900);
        // Few large keys, all used lately: what makes room is as likely a part of the log as one of them.
        var epochs = 0L;
        for (var i = 0; epochs < 3; i++)
        {
            i.ShouldBeLessThan(200);
            await cluster.Log.RunAsync("EVAL", "for i = 1, 10 do redis.call('SET', 'other:' .. ARGV[1] .. ':' .. i, string.rep('x', 100000)) end", "0", $"{i}");
            epochs = (await cluster.CountsAsync()).Max(counts => counts.NewEpochs);
        }
        await cluster.ProgressAsync(reads: 900);

        (await cluster.CheckAsync($"parts evicted, {epochs} epochs")).ShouldHold();
    }

    [Fact]
    public async Task AReplicaIsPromoted()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{cluster.Log.Port}");
        await using var proxy = TcpProxy.To(cluster.Log);
        await cluster.AddAsync(["a", "b", "c"], node => node with { Log = proxy.ConnectionString });
        await cluster.WorkAsync();
        while (!(await replica.RunAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal)) await Task.Delay(20);
        await cluster.ProgressAsync();
        await cluster.Log.KillAsync();
        await replica.RunAsync("REPLICAOF", "NO", "ONE");
        proxy.LeadTo(replica);
        await cluster.BackAsync();
        await cluster.ProgressAsync();

        (await cluster.CheckAsync("a replica promoted")).ShouldHold();
        (await replica.RunAsync("DBSIZE")).ShouldNotBe("0");
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task StoppedForFiveSeconds()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync();
        await cluster.ProgressAsync();
        cluster.Log.Pause();
        await Task.Delay(TimeSpan.FromSeconds(5));
        cluster.Log.Resume();
        await cluster.BackAsync();
        await cluster.ProgressAsync();

        var report = await cluster.CheckAsync("stopped for 5 s");
        report.ShouldHold();
        report.Pending.ShouldBeGreaterThan(0);
        report.Graced.ShouldBeGreaterThan(0);
    }

    private static async Task<double> HitRateAsync(Cluster cluster)
    {
        var before = await cluster.CountsAsync();
        await cluster.ProgressAsync(reads: 500, writes: 10, hits: 100);
        var after = await cluster.CountsAsync();
        var hits = after.Sum(each => each.Hits) - before.Sum(each => each.Hits);
        return (double)hits / (hits + after.Sum(each => each.Loads) - before.Sum(each => each.Loads));
    }
}

namespace Freshet.Redis.Tests.Faults;

/// <summary>What may happen to a node.</summary>
public sealed class NodeFaultTests
{
    /// <summary>A node that was stopped past its lease fences itself: its very first reads are not old (PROTOCOL 9).</summary>
    [Fact]
    public async Task StoppedPastItsLease()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b", "c"]);
        await cluster.WorkAsync(readers: 8);
        await cluster.ProgressAsync();
        var pauses = new List<(long From, long To)>();
        for (var i = 0; i < 3; i++)
        {
            var from = Moment.Now;
            nodes[0].Pause();
            await Task.WhenAll(Task.Delay(1_200), nodes[1].AskAsync($"progress 200 20 20"), nodes[2].AskAsync($"progress 200 20 20"));
            pauses.Add((from, Moment.Now));
            nodes[0].Resume();
            await nodes[0].AskAsync($"progress 100 5 20");
        }
        await cluster.BackAsync();

        var report = await cluster.CheckAsync("a node stopped past its lease, three times");
        report.ShouldHold();
        foreach (var (from, to) in pauses)
        {
            cluster.History.Writes.Count(write => write.Node != "a" && !write.IsPending && write.Answered > from && write.Answered < to).ShouldBeGreaterThan(30);
            cluster.History.Reads.Count(read => read.Node == "a" && read.Began > to && Moment.Between(to, read.Began) < TimeSpan.FromMilliseconds(500)).ShouldBeGreaterThan(3); // tens, where nothing else runs
        }
        (await Task.WhenAll(nodes[1].CountsAsync(), nodes[2].CountsAsync())).Sum(counts => counts.WaitedOut).ShouldBeGreaterThan(0);
    }

    /// <summary>P10: no effect. A clock that is set while the node runs only makes it ask.</summary>
    [Fact]
    public async Task WallClocksDifferByMinutes()
    {
        await using var cluster = await Cluster.StartAsync();
        var a = (await cluster.AddAsync(["a"], node => node with { WallClockOff = 5 * 60 })).Single();
        await cluster.AddAsync(["b"], node => node with { WallClockOff = -7 * 60 });
        await cluster.AddAsync(["c"]);
        await cluster.WorkAsync();
        await cluster.ProgressAsync(reads: 800, hits: 250);
        foreach (var off in new[] { -10 * 60, 60 * 60, 0 })
        {
            await a.AskAsync($"clock {off}");
            await cluster.ProgressAsync(reads: 200, writes: 8);
        }

        (await cluster.CheckAsync("wall clocks minutes apart, one of them set")).ShouldHold();
        foreach (var counts in await cluster.CountsAsync()) counts.NewEpochs.ShouldBe(0);
    }

    /// <summary>A node that ends gives its lease back, and one that is killed is waited for once.</summary>
    [Fact]
    public async Task OneEndsAndOneIsKilled()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"], node => node.WithDefaultLease());
        await using var ending = await NodeProcess.StartAsync(nodes[0].Settings with { Name = "ending" });
        await using var killed = await NodeProcess.StartAsync(nodes[0].Settings with { Name = "killed" });
        await nodes[0].AskAsync($"write {Vault.MoneyCell} x user");
        await ending.ReadAsync(Vault.Balance, "x");
        await ending.StopAsync();
        await nodes[0].AskAsync($"write {Vault.MoneyCell} x user");
        (await nodes[0].CountsAsync()).WaitedOut.ShouldBe(0);

        await killed.KillAsync();
        await nodes[0].AskAsync($"write {Vault.MoneyCell} x user");
        await nodes[1].AskAsync($"write {Vault.MoneyCell} x user");
        nodes[0].LogLines.ShouldContain(line => line.StartsWith("Warning 1003", StringComparison.Ordinal) && line.Contains(" killed,", StringComparison.Ordinal));
        (await nodes[0].CountsAsync()).WaitedOut.ShouldBe(1);
        (await nodes[1].CountsAsync()).WaitedOut.ShouldBe(0);
    }
}

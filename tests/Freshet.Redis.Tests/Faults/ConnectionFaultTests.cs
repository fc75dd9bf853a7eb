namespace Freshet.Redis.Tests.Faults;

/// <summary>One node's connection to the log is cut or held; the others' is not.</summary>
public sealed class ConnectionFaultTests
{
    /// <summary>P14: node A is cut off for 3 s while others invalidate, and comes back.</summary>
    [Fact]
    public Task OneNodeIsCutOffForThreeSeconds() => HarmAsync("one node cut off for 3 s", proxy => proxy.Cut());

    /// <summary>What it asks does not arrive, or only much later.</summary>
    [Fact]
    public Task OneNodesRequestsAreHeld() => HarmAsync("one node's requests held for 3 s", proxy => proxy.HoldTowards());

    /// <summary>What it asks is done, and it does not hear of it.</summary>
    [Fact]
    public Task OneNodesAnswersAreHeld() => HarmAsync("one node's answers held for 3 s", proxy => proxy.HoldBack());

    private static async Task HarmAsync(string name, Action<TcpProxy> harm)
    {
        await using var cluster = await Cluster.StartAsync();
        await using var proxy = TcpProxy.To(cluster.Log);
        var a = (await cluster.AddAsync(["a"], node => node with { Log = proxy.ConnectionString })).Single();
        var others = await cluster.AddAsync(["b", "c"]);
        // Many keys: one that the harmed node writes itself while the log is away, it does not serve from memory anyway.
        await cluster.WorkAsync(keys: 40);
        await cluster.ProgressAsync();
        var harmed = Moment.Now;
        harm(proxy);
        await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(3)), Task.WhenAll(others.Select(node => node.AskAsync($"progress 300 20 50"))));
        var mended = Moment.Now;
        proxy.Mend();
        await cluster.BackAsync();
        await cluster.ProgressAsync();

        var report = await cluster.CheckAsync(name);
        report.ShouldHold();
        // It was read all the while, and written elsewhere.
        cluster.History.Reads.Count(read => read.Node == "a" && read.Began > harmed && read.Began < mended).ShouldBeGreaterThan(200);
        cluster.History.Writes.Count(write => write.Node != "a" && !write.IsPending && write.Answered > harmed && write.Answered < mended).ShouldBeGreaterThan(30);
        report.Pending.ShouldBeGreaterThan(0);
        (await a.CountsAsync()).RefusedUnconfirmed.ShouldBeGreaterThan(100);
        (await Task.WhenAll(others.Select(node => node.CountsAsync()))).Sum(counts => counts.WaitedOut).ShouldBeGreaterThan(0);
    }
}

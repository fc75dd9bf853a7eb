namespace Freshet.Redis.Tests.Faults;

/// <summary>What people do with several nodes, each a process of its own.</summary>
public sealed class ScenarioTests
{
    /// <summary>S11: a job in a process of its own marks a summary stale. On each web node the first reader gets the old one once, the next the new one, and nothing is computed before somebody reads.</summary>
    [Fact]
    public async Task ANightlyJobIsSeenByTheSecondReaderOfEachWebNode()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["web1", "web2", "worker"], settings => settings with { SecondLevel = false }); // each node's own load is counted
        var (web, worker) = (nodes[..2], nodes[2]);
        await worker.AskAsync($"write {Vault.TitleCell} org user");
        foreach (var node in web) (await node.ReadAsync(Vault.Title, "org")).ShouldBe(1);

        var written = (await worker.AskAsync($"write {Vault.TitleCell} org job")).Split(' ');
        foreach (var node in web)
        {
            await node.AskAsync($"reach {written[1]} {written[2]}");
            (await node.CountsAsync()).Loads.ShouldBe(1); // the first reader's, before the job
            (await node.AskAsync($"answer title org")).ShouldBe("1 StaleCache");
            await node.AskAsync($"loaded 2");
            (await node.AskAsync($"answer title org")).ShouldBe("2 Cache");
            (await node.CountsAsync()).Loads.ShouldBe(2);
        }
        (await worker.CountsAsync()).Loads.ShouldBe(0);
    }

    /// <summary>S15: an edit on one node, read at once on the other with the token: new, every time, in 10,000 tries.</summary>
    [Fact]
    public async Task TenThousandEditsAreReadWithTheirTokenOnTheOtherNode()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"]);
        await Task.WhenAll(Enumerable.Range(1, 50).Select(i => new Session(i, Vault.TitleCell, Vault.Title, nodes).RunAsync(times: 200)));

        var report = await cluster.CheckAsync("10,000 edits read with their token");
        report.Old.ShouldBeEmpty(report.ToString());
        report.Failures.ShouldBeEmpty();
        report.WithToken.ShouldBeGreaterThanOrEqualTo(10_000 - report.Pending);
        report.Pending.ShouldBeLessThan(100);
    }

    /// <summary>S16: the same by another device, which has no token: each query's bound holds.</summary>
    [Fact]
    public async Task EditsAreReadWithoutATokenWithinTheBound()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"]);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(OnlookAsync));

        var report = await cluster.CheckAsync("edits read without a token");
        report.Old.ShouldBeEmpty(report.ToString());
        report.Failures.ShouldBeEmpty();
        report.Reads.ShouldBeGreaterThanOrEqualTo(3_000);
        report.AtRisk.ShouldBeGreaterThan(1_000);
        report.WithToken.ShouldBe(0);

        async Task OnlookAsync(int number)
        {
            for (var i = 0; i < 50; i++)
            {
                await nodes[i % 2].AskAsync($"write {Vault.TitleCell} own_{number} user");
                await nodes[(i + 1) % 2].ReadAsync(Vault.Title, $"own_{number}");
                await nodes[i % 2].AskAsync($"write {Vault.MoneyCell} own_{number} user");
                await nodes[(i + 1) % 2].ReadAsync(Vault.Balance, $"own_{number}");
                await nodes[(i + 1) % 2].ReadAsync(Vault.Statement, $"own_{number}");
            }
        }
    }

    /// <summary>S24, without a load lock: one load on each node.</summary>
    [Fact]
    public async Task AThousandReadersOfOneColdKeyAreOneLoadOnEachNode()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b"]);
        var before = await Task.WhenAll(cluster.Nodes.Select(OnceMatureAsync));
        await cluster.EachAsync(node => node.AskAsync($"hold"));
        var bursts = cluster.Nodes.Select(node => node.AskAsync($"burst balance 1 1000")).ToList();
        await cluster.EachAsync(node => node.AskAsync($"held"));
        await cluster.EachAsync(node => node.AskAsync($"release"));
        await Task.WhenAll(bursts);

        foreach (var (were, are) in before.Zip(await cluster.CountsAsync()))
        {
            (are.Reads - were.Reads).ShouldBe(1_000);
            (are.Loads - were.Loads).ShouldBe(1);
        }
    }

    /// <summary>While a log is young nobody knows which holds stood in the one before, so high queries read their source (PROTOCOL 18): asks until two reads are one load.</summary>
    private static async Task<NodeCounts> OnceMatureAsync(NodeProcess node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var before = await node.CountsAsync();
            for (var i = 0; i < 2; i++) await node.ReadAsync(Vault.Balance, "own_first");
            var after = await node.CountsAsync();
            if (after.Loads - before.Loads <= 1) return after;
        }
    }

    /// <summary>S32: 500 readers of 50 hot keys lose Redis and get it back; the source is never asked by more than its turns.</summary>
    [Fact]
    public async Task LosingRedisDoesNotLoseTheSource()
    {
        const int Turns = 6;
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddAsync(["a", "b"], node => node with { MaxConcurrentLoads = Turns });
        await cluster.WorkAsync(readers: 250, writers: 1, keys: 50, pause: 400);
        await cluster.ProgressAsync(reads: 2_000, writes: 10, hits: 500);
        await cluster.Log.KillAsync();
        await cluster.EachAsync(node => node.AskAsync($"away"));
        var before = await cluster.CountsAsync();
        await cluster.ProgressAsync(reads: 2_000, writes: 0, hits: 0);
        var during = await cluster.CountsAsync();
        await cluster.Log.StartAgainAsync();
        await cluster.BackAsync();
        await cluster.ProgressAsync(reads: 2_000, writes: 10, hits: 500);

        (await cluster.CheckAsync("Redis lost under 500 readers")).ShouldHold(atRisk: 100, writes: 20);
        foreach (var counts in await cluster.CountsAsync()) counts.MostLoadsAtOnce.ShouldBe(Turns); // reached, and not passed
        for (var i = 0; i < before.Length; i++) (during[i].Loads - before[i].Loads).ShouldBeGreaterThan(500);
    }

    /// <summary>P4: node A invalidates while node B loads.</summary>
    [Fact]
    public async Task WhatWasLoadedDuringAWriteOfAnotherNodeIsNotServedAfterIt()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"], settings => settings with { SecondLevel = false }); // the second load is to be held
        var (a, b) = (nodes[0], nodes[1]);
        await a.AskAsync($"write {Vault.MoneyCell} x user");
        foreach (var query in new CachedQuery[] { Vault.Balance, Vault.Statement })
        {
            var before = await a.ReadAsync(query, "x");
            await b.AskAsync($"hold");
            var loading = b.ReadAsync(query, "x");
            await b.AskAsync($"held");
            await a.AskAsync($"write {Vault.MoneyCell} x user");
            var after = b.ReadAsync(query, "x"); // begins after the write: it must not take the load's value
            await b.AskAsync($"release");

            (await loading).ShouldBe(before);
            (await after).ShouldBe(before + 1);
            (await b.ReadAsync(query, "x")).ShouldBe(before + 1);
            (await a.ReadAsync(query, "x")).ShouldBe(before + 1);
        }
    }

    /// <summary>P7: node A invalidates a tag that B knows; what B had has died meanwhile.</summary>
    [Fact]
    public async Task ATagThatIsKnownIsStillFollowedOnceItsEntryHasDied()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"], node => node with { TimeToLive = 100 });
        var (a, b) = (nodes[0], nodes[1]);
        await a.AskAsync($"write {Vault.MoneyCell} x user");
        for (var i = 1; i <= 5; i++)
        {
            (await b.AskAsync($"answer balance x")).ShouldStartWith($"{i} ");
            await Task.Delay(150);
            await a.AskAsync($"write {Vault.MoneyCell} x user");
            (await b.AskAsync($"answer balance x")).ShouldBe($"{i + 1} Load");
        }
    }

    /// <summary>P15 without an outbox: B is cut off, writes, and ends. Nobody else can know: the write says so, and so does the end.</summary>
    [Fact]
    public async Task WhatWasPendingWhenItsNodeEndedIsReportedAsLost()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var proxy = TcpProxy.To(cluster.Log);
        var a = (await cluster.AddAsync(["a"])).Single();
        var b = (await cluster.AddAsync(["b"], node => node with { Log = proxy.ConnectionString })).Single();
        await a.AskAsync($"write {Vault.MoneyCell} x user");
        (await a.ReadAsync(Vault.Balance, "x")).ShouldBe(1);
        proxy.Cut();
        await b.AskAsync($"away");

        (await b.AskAsync($"write {Vault.MoneyCell} x user")).ShouldBe("2 pending");
        (await b.ReadAsync(Vault.Balance, "x")).ShouldBe(2); // its own node never hides it
        await b.StopAsync();
        b.LogLines.ShouldContain(line => line.StartsWith("Error 1005", StringComparison.Ordinal));
        b.LogLines.Single(line => line.StartsWith("Critical 1008", StringComparison.Ordinal)).ShouldContain("with 1 records that the log never took");
        // What an outbox is for.
        (await a.ReadAsync(Vault.Balance, "x")).ShouldBe(1);
    }

    /// <summary>P15 where the log itself was lost meanwhile: the new epoch outdates what B could not invalidate (R6).</summary>
    [Fact]
    public async Task WhatWasPendingWhenItsNodeEndedIsRepairedByANewEpoch()
    {
        await using var cluster = await Cluster.StartAsync();
        var nodes = await cluster.AddAsync(["a", "b"]);
        var (a, b) = (nodes[0], nodes[1]);
        await a.AskAsync($"write {Vault.TitleCell} x user");
        (await a.ReadAsync(Vault.Title, "x")).ShouldBe(1);
        await cluster.Log.KillAsync();
        await b.AskAsync($"away");
        (await b.AskAsync($"write {Vault.TitleCell} x user")).ShouldBe("2 pending");
        await b.StopAsync();
        await cluster.Log.StartAgainAsync();
        await a.AskAsync($"back");

        (await a.ReadAsync(Vault.Title, "x")).ShouldBe(2);
    }
}

namespace Freshet.AspNetCore.Tests.Operator;

/// <summary>A flush on one node reaches the others, through the record alone.</summary>
public sealed class SharedFlushTests
{
    [Theory]
    [InlineData("query", "invoice", true)]
    [InlineData("tagKind", "invoice", true)]
    [InlineData("tag", "invoice:inv_1", true)]
    [InlineData("query", "plans", false)]
    [InlineData("tagKind", "account", false)]
    public async Task A_finished_flush_is_seen_by_every_node_whose_lease_is_held(string scope, string target, bool isHit)
    {
        var log = new StubLog { Rings = false }; // the other node learns of it by its next exchange, and no sooner
        await using var one = await StartAsync(log, "one");
        await using var two = await StartAsync(log, "two");
        await two.Client.ReadAsync("/invoices/inv_1");

        (await one.Client.FlushedAsync(scope, target))["isPending"]!.GetValue<bool>().ShouldBeFalse();

        // No catching up in between: the flush waited until the other node, which holds a lease for its high query, had applied it (R7).
        var explained = await (await two.Client.AskAsync("/freshet/explain?query=invoice&args=inv_1")).JsonAsync();
        explained["node"]!["position"]!.GetValue<long>().ShouldBe(1);
        (explained["served"] is null).ShouldBe(isHit);
        await two.Client.ReadAsync("/invoices/inv_1");
        two.Ledger.Reads.ShouldBe(isHit ? 2 : 1);
    }

    [Fact]
    public async Task The_status_names_the_other_nodes()
    {
        var log = new StubLog();
        await using var one = await StartAsync(log, "one");
        await using var two = await StartAsync(log, "two");

        var status = await (await one.Client.AskAsync("/freshet/status")).JsonAsync();

        status["node"]!["name"]!.GetValue<string>().ShouldBe("one");
        status["node"]!["holdsLease"]!.GetValue<bool>().ShouldBeTrue();
        var other = status["others"]!.AsArray().ShouldHaveSingleItem()!;
        other["name"]!.GetValue<string>().ShouldBe("two");
        other["kinds"]!.ToJsonString().ShouldBe("""["invoice"]""");
    }

    [Fact]
    public async Task While_the_log_is_away_the_status_says_so_and_a_flush_is_pending()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log, "one");
        await app.Client.ReadAsync("/accounts/acc_88/name");
        log.IsAway = true;

        var flushed = await app.Client.FlushAsync("""{"scope":"query","target":"account-name","reason":"why"}""");

        flushed.Header(FreshnessHeaders.Pending).ShouldBe("true");
        flushed.Header(FreshnessHeaders.Token).ShouldBeNull();
        var told = await flushed.JsonAsync();
        told["isPending"]!.GetValue<bool>().ShouldBeTrue();
        told["position"].ShouldBeNull();
        (await app.Client.FlushedAsync("query", "account-name", dryRun: true))["entries"]!.AsArray().ShouldBeEmpty("this node does it at once");
        var log1 = (SharedLog)app.Freshet.Log;
        await log1.CatchUpAsync(null, 0, TimeSpan.FromSeconds(5), default);
        var status = await (await app.Client.AskAsync("/freshet/status")).JsonAsync();
        status["node"]!["isAway"]!.GetValue<bool>().ShouldBeTrue();
        status["node"]!["pendingRecords"]!.GetValue<int>().ShouldBe(1);
        status["others"].ShouldBeNull();
    }

    [Fact]
    public async Task A_kind_that_was_flushed_before_a_node_knew_the_tag_outdates_what_it_finds_in_a_second_level()
    {
        var log = new StubLog();
        await using var one = await StartAsync(log, "one");
        await one.Client.FlushedAsync("tagKind", "invoice");
        await using var two = await StartAsync(log, "two"); // starts at the head: what came before it must ask for
        var shared = (SharedLog)two.Freshet.Log;
        var applied = ((FreshetService)two.Freshet).Node.Applied;
        var marks = applied.Marks.Acquire([Desk.InvoiceTag.For("inv_1"), Desk.Account.For("acc_88")]);

        (await shared.KnowMarksAsync(applied.Marks, marks, loadedAt: 0, default)).ShouldBeTrue();

        marks[0].Judge(0, 0).ShouldBe(Verdict.Expired);
        marks[0].Judge(1, 0).ShouldBe(Verdict.Fresh);
        marks[1].Judge(0, 0).ShouldBe(Verdict.Fresh);
    }

    private static Task<TestApp> StartAsync(StubLog log, string name) => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapFreshetOperator();
    }, builder =>
    {
        builder.Configuration["Freshet:SharedLog:NodeName"] = name;
        builder.Configuration["Freshet:SharedLog:ExchangeInterval"] = "00:00:01";
        builder.Services.AddSingleton(log.Connect());
    }, environment: "Development");
}

using System.Text.Json.Nodes;
using BillingDesk.Growth;
using Freshet;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S34: a page fed by a slower pipeline shows how far behind it is, and its declared bound is checked.</summary>
public sealed class UsagePipelineTests
{
    private const string Account = SampleIds.Showcase;
    private const string Run = "/api/pipelines/usage/run";

    [Fact]
    public async Task S34_TheChartSaysHowFarBehindItIsWhenItAnswersAndThatItIsLateBeyondTheBound()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(Panels.Usage(Account), Panels.Dashboard(Account));

        await ShouldBeBehindAsync(desk, TimeSpan.Zero, late: false);
        desk.Time.Advance(TimeSpan.FromSeconds(90));
        (await desk.GetAsync(Panels.Usage(Account))).Result.ShouldBe("hit"); // cached, and yet its lag is that of this moment
        await ShouldBeBehindAsync(desk, TimeSpan.FromSeconds(90), late: false);

        desk.Time.Advance(UsagePipeline.Bound - TimeSpan.FromSeconds(90));
        await ShouldBeBehindAsync(desk, UsagePipeline.Bound, late: false);
        desk.Time.Advance(TimeSpan.FromMilliseconds(1));
        await ShouldBeBehindAsync(desk, UsagePipeline.Bound + TimeSpan.FromMilliseconds(1), late: true);

        (await desk.WriteAsync(HttpMethod.Post, Run)).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldBeBehindAsync(desk, TimeSpan.Zero, late: false);
    }

    [Fact]
    public async Task S34_UsageThatArrivesInvalidatesNothingAndARunExactlyTheChartsAndWhoseUsageItWas()
    {
        await using var desk = await DeskHost.StartAsync();
        string[] panels =
        [
            .. Panels.Of(Account, SampleIds.ShowcaseInvoice, "user_88"), Panels.Usage("acc_1"), Panels.Recommendations("acc_1"), Panels.Summary("acc_1"),
            Panels.PlanMix, Panels.Table("balance", 1),
        ];
        await desk.WarmAsync(panels);
        var before = await UnitsAsync(desk);

        var metered = await desk.WriteAsync(HttpMethod.Post, Panels.Usage(Account), new { units = 1_200 });
        metered.Status.ShouldBe(HttpStatusCode.Accepted);
        metered.ShouldHaveInvalidatedNothing();
        await desk.ShouldReloadOnlyAsync(panels);

        var run = await desk.WriteAsync(HttpMethod.Post, Run);
        run.Data<JsonNode>("usage.rolled-up")["rows"]!.GetValue<long>().ShouldBe(1);
        run.ShouldHaveExpired("pipeline:usage", $"usage:{Account}");
        // Whose usage it was stays on the server.
        run.Header("Freshness-Events").ShouldBe("""[{"type":"usage.rolled-up","pipeline":"usage"}]""");
        // The other account's chart too, for it is as of a later time; not what is recommended to it, which does not say as of when.
        await desk.ShouldReloadOnlyAsync(panels, Panels.Usage(Account), Panels.Recommendations(Account), Panels.Dashboard(Account), Panels.Usage("acc_1"));
        (await UnitsAsync(desk)).ShouldBe(before + 1_200);

        var again = await desk.WriteAsync(HttpMethod.Post, Run);
        again.ShouldHaveExpired("pipeline:usage");
        (await UnitsAsync(desk)).ShouldBe(before + 1_200);
    }

    [Fact]
    public async Task S34_TheJobRunsWhenTheHostStartsAndAtIntervalsAndNobodyIsMadeToWaitForIt()
    {
        await using var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:UsageRollUpEvery", "00:05:00"]);
        await desk.NextRecordAsync(after: 0);
        await desk.WarmAsync(Panels.Usage(Account), Panels.Usage("acc_1"));
        var before = await UnitsAsync(desk);
        await desk.WriteAsync(HttpMethod.Post, Panels.Usage(Account), new { units = 7 });

        desk.Time.Advance(TimeSpan.FromMinutes(5));
        var record = await desk.NextRecordAsync(after: 1);

        (record.Trigger, record.Action, record.Call, record.Event).ShouldBe((TriggerKind.Job, "usage-roll-up", "Raise", "usage.rolled-up"));
        record.Invalidations.Select(each => each.Tag.Text).ShouldBe(["pipeline:usage", $"usage:{Account}"], ignoreOrder: true);
        record.Invalidations.ShouldAllBe(each => each.Kind == InvalidationKind.MarkStale && each.Deadline == Profile.Seconds.Expire);

        // The next viewer starts the load and sees the old chart once, with the lag of the old chart; those after the load see the new.
        var loads = desk.Meter.Loads;
        var next = await desk.ReadAsync<JsonNode>(Panels.Usage(Account));
        next.Result.ShouldContain("stale");
        (next.Value["usedUnits"]!.GetValue<long>(), next.Value["pipeline"]!["lagSeconds"]!.GetValue<double>()).ShouldBe((before, 300));
        while (next.Result.Contains("stale", StringComparison.Ordinal)) next = await desk.ReadAsync<JsonNode>(Panels.Usage(Account));
        (next.Value["usedUnits"]!.GetValue<long>(), next.Value["pipeline"]!["lagSeconds"]!.GetValue<double>()).ShouldBe((before + 7, 0));
        (desk.Meter.Loads - loads).ShouldBe(1);
    }

    [Fact]
    public async Task S34_WhileTheJobFailsTheChartFallsBehindAndSaysSoAndTheNextRunCatchesUp()
    {
        await using var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:UsageRollUpEvery", "00:05:00"]);
        await desk.NextRecordAsync(after: 0);
        var before = await UnitsAsync(desk);
        await desk.WriteAsync(HttpMethod.Post, Panels.Usage(Account), new { units = 7 });
        await desk.WriteBehindTheBackAsync("ALTER TABLE usage_raw RENAME TO usage_lost");

        for (var failed = 1; failed <= 4; failed++)
        {
            desk.Time.Advance(TimeSpan.FromMinutes(5));
            await desk.Lines.WaitForAsync("The usage pipeline failed", failed);
            await ShouldBeBehindAsync(desk, failed * TimeSpan.FromMinutes(5), late: failed == 4);
        }
        desk.Position.ShouldBe(1, "a run that failed invalidates nothing");

        await desk.WriteBehindTheBackAsync("ALTER TABLE usage_lost RENAME TO usage_raw");
        desk.Time.Advance(TimeSpan.FromMinutes(5));
        await desk.NextRecordAsync(after: 1);
        desk.Time.Advance(Profile.Seconds.Expire); // past the one stale answer
        (await UnitsAsync(desk)).ShouldBe(before + 7);
        await ShouldBeBehindAsync(desk, Profile.Seconds.Expire, late: false);
    }

    [Theory]
    [InlineData("00:15:01", "at most 00:15:00 behind")]
    [InlineData("-00:00:01", "at most 00:15:00 behind")]
    [InlineData("5", "hours:minutes:seconds")]
    [InlineData("often", "hours:minutes:seconds")]
    public async Task S34_AnIntervalThatCannotKeepTheBoundDoesNotStart(string every, string expected)
    {
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => DeskHost.StartAsync(arguments: ["--BillingDesk:UsageRollUpEvery", every]));
        refused.Message.ShouldContain("BillingDesk:UsageRollUpEvery");
        refused.Message.ShouldContain(expected);
    }

    /// <summary>Chart, dashboard and health check say the same.</summary>
    private static async Task ShouldBeBehindAsync(DeskHost desk, TimeSpan lag, bool late)
    {
        var chart = (await desk.ReadAsync<JsonNode>(Panels.Usage(Account))).Value["pipeline"]!;
        var dashboard = (await desk.ReadAsync<JsonNode>(Panels.Dashboard(Account))).Value["usage"]!;
        foreach (var said in (JsonNode[])[chart, dashboard])
        {
            said["lagSeconds"]!.GetValue<double>().ShouldBe(lag.TotalSeconds);
            said["boundSeconds"]!.GetValue<double>().ShouldBe(900);
            said["late"]!.GetValue<bool>().ShouldBe(late);
            said["asOf"]!.GetValue<DateTimeOffset>().ShouldBe(desk.Time.GetUtcNow() - lag);
        }
        (await desk.Http.GetStringAsync("/health")).ShouldBe(late ? "Degraded" : "Healthy");
    }

    private static async Task<long> UnitsAsync(DeskHost desk) =>
        (await desk.ReadAsync<JsonNode>(Panels.Usage(Account))).Value["usedUnits"]!.GetValue<long>();
}

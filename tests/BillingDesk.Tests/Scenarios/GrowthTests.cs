using System.Text.Json.Nodes;

namespace BillingDesk.Tests.Scenarios;

/// <summary>What the growth team makes of others' data: recommendations from plan and usage, and a dashboard of four cached queries.</summary>
public sealed class GrowthTests
{
    private const string Account = SampleIds.Showcase;

    [Theory]
    [InlineData("plan_team", 8_000, "usage-larger", "Move to Pro")]
    [InlineData("plan_team", 7_999, "rec_3", "Invite an admin")]
    [InlineData("plan_scale", 240_000, "usage-add-on", "Add a usage pack")]
    [InlineData("plan_pro", 5_000, "usage-smaller", "Team would do")]
    [InlineData("plan_pro", 5_001, "rec_5", "Schedule a report export")] // Team would be half used up
    [InlineData("plan_starter", 0, "rec_1", "Add a payment method")] // there is no smaller one
    public async Task WhatIsSuggestedFirstFollowsFromPlanAndUsage(string plan, int units, string id, string title)
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteBehindTheBackAsync(
            $"""
            UPDATE subscriptions SET plan_id = '{plan}' WHERE account_id = '{Account}';
            UPDATE usage_daily SET units = 0 WHERE account_id = '{Account}';
            UPDATE usage_daily SET units = {units} WHERE account_id = '{Account}' AND day = '2026-01-14';
            """);

        var suggested = (await desk.ReadAsync<List<Recommendation>>(Panels.Recommendations(Account))).Value;

        (suggested[0].Id, suggested[0].Title).ShouldBe((id, title));
        (await DashboardAsync(desk))["nextStep"]!.GetValue<string>().ShouldBe(title);
    }

    [Fact]
    public async Task ASuggestionNamesThePriceOfTheListOfNow()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/plan", new { planId = "plan_team" });
        await desk.WarmAsync(Panels.Recommendations(Account));
        await desk.WriteAsync(HttpMethod.Put, "/api/plans/plan_pro", new { name = "Professional", monthlyCents = 12_345 });
        var suggested = (await desk.ReadAsync<List<Recommendation>>(Panels.Recommendations(Account))).Value[0];
        suggested.Title.ShouldBe("Move to Professional");
        suggested.Reason.ShouldContain("123.45 EUR");
    }

    [Fact]
    public async Task TheDashboardFollowsEachOfItsPartsAndLivesNoLongerThanThey()
    {
        await using var desk = await DeskHost.StartAsync();
        var before = await DashboardAsync(desk);

        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay");
        (await DashboardAsync(desk))["balanceCents"]!.GetValue<long>().ShouldBeLessThan(before["balanceCents"]!.GetValue<long>());

        await desk.WriteAsync(HttpMethod.Delete, $"{Panels.Members(Account)}/user_388");
        (await DashboardAsync(desk))["members"]!.GetValue<int>().ShouldBe(before["members"]!.GetValue<int>() - 1);

        await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/plan", new { planId = "plan_scale" });
        var changed = await DashboardAsync(desk);
        (changed["planName"]!.GetValue<string>(), changed["includedUnits"]!.GetValue<long>()).ShouldBe(("Scale", 250_000));

        await desk.WriteAsync(HttpMethod.Post, Panels.Usage(Account), new { units = 50 });
        await desk.WriteAsync(HttpMethod.Post, "/api/pipelines/usage/run");
        (await DashboardAsync(desk))["usedUnits"]!.GetValue<long>().ShouldBe(before["usedUnits"]!.GetValue<long>() + 50);

        // A lost invalidation heals by the shortest time to live among the parts, the summary's two minutes, not by its own ten.
        await desk.WriteBehindTheBackAsync($"UPDATE accounts SET name = 'Anew' WHERE id = '{Account}'");
        desk.Time.Advance(TimeSpan.FromMinutes(2) * 1.11);
        (await DashboardAsync(desk))["name"]!.GetValue<string>().ShouldBe("Anew");
    }

    private static async Task<JsonNode> DashboardAsync(DeskHost desk) => (await desk.ReadAsync<JsonNode>(Panels.Dashboard(Account))).Value["account"]!;
}

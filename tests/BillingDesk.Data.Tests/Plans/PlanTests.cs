using System.Data.Common;

namespace BillingDesk.Data.Tests;

public class PlanTests
{
    [Fact]
    public async Task Listing_a_plan_changes_the_price_list_and_no_account()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<AccountWrites>().ChangePlanAsync(SampleIds.Showcase, "plan_pro", "Tester");
        var before = await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase);
        var timeline = await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase);

        (await desk.Get<PlanWrites>().ListAsync("plan_pro", "Professional", 12_900, "Tester")).ShouldBe(new PlanRow("plan_pro", "Professional", 12_900));

        (await desk.Get<PlanReads>().ListAsync()).ShouldBe(
        [
            new("plan_starter", "Starter", 0), new("plan_team", "Team", 4_900), new("plan_pro", "Professional", 12_900), new("plan_scale", "Scale", 24_900),
        ]);
        (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase)).ShouldBe(before);
        (await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase)).ShouldBe(timeline);
        (await desk.ScalarAsync<string>("SELECT subject FROM audit WHERE account_id IS NULL AND action = 'plan.listed'")).ShouldBe("Professional");
    }

    [Fact]
    public async Task An_unknown_plan_or_a_negative_price_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<PlanWrites>().ListAsync("plan_none", "None", 1, "Tester")).ShouldBeNull();
            await Should.ThrowAsync<DbException>(() => desk.Get<PlanWrites>().ListAsync("plan_pro", "Pro", -1, "Tester"));
        });
    }
}

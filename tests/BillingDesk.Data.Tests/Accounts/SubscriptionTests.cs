namespace BillingDesk.Data.Tests;

public class SubscriptionTests
{
    [Fact]
    public async Task A_plan_change_changes_what_is_included_and_the_version()
    {
        await using var desk = Desk.Seeded();
        var before = (await desk.Get<SubscriptionReads>().FindAsync(SampleIds.Showcase)).ShouldNotBeNull();
        await desk.Get<AccountWrites>().ChangePlanAsync(SampleIds.Showcase, "plan_scale", "Tester");
        (await desk.Get<SubscriptionReads>().FindAsync(SampleIds.Showcase))
            .ShouldBe(new Subscription(SampleIds.Showcase, "plan_scale", "Scale", 250_000, desk.Clock.Now.UtcDateTime, before.Version + 1));
        (await desk.Get<SubscriptionReads>().FindAsync("acc_none")).ShouldBeNull();
    }

    [Fact]
    public async Task The_shares_count_every_account_once_at_the_listed_price()
    {
        await using var desk = Desk.Seeded();
        await desk.RowsAsync<int>("UPDATE subscriptions SET plan_id = 'plan_team' WHERE plan_id = 'plan_pro'");
        await desk.Get<PlanWrites>().ListAsync("plan_team", "Crew", 1_000, "Tester");

        var shares = await desk.Get<SubscriptionReads>().SharesAsync();

        shares.Plans.Select(plan => plan.Name).ShouldBe(["Starter", "Crew", "Pro", "Scale"]);
        shares.Plans.Sum(plan => plan.Accounts).ShouldBe(120);
        shares.AccountIds.ShouldBe(await desk.Get<AccountTableReads>().AccountIdsAsync());
        (shares.Plans[2].Accounts, shares.Plans[2].MonthlyCents).ShouldBe((0, 0));
        shares.Plans[1].MonthlyCents.ShouldBe(shares.Plans[1].Accounts * 1_000);
    }
}

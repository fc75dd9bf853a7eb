using Dapper;

namespace BillingDesk.Data.Tests;

public class AccountTests
{
    [Fact]
    public async Task The_sums_are_those_of_the_invoice_list()
    {
        await using var desk = Desk.Seeded();
        var rows = await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase);
        var unpaid = rows.Where(row => row.Status != InvoiceStatus.Paid).ToArray();
        var overdue = rows.Count(row => row.Status == InvoiceStatus.PastDue);
        var paidCents = rows.Where(row => row.Status == InvoiceStatus.Paid).Sum(row => row.AmountCents);

        var summary = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase)).ShouldNotBeNull();
        (summary.OpenInvoices, summary.OverdueInvoices, summary.BalanceCents, summary.PaidCents, summary.Status)
            .ShouldBe((unpaid.Length, overdue, unpaid.Sum(row => row.AmountCents), paidCents, AccountStatus.PastDue));
        (await desk.Get<AccountReads>().BadgeAsync(SampleIds.Showcase))
            .ShouldBe(new HeaderBadge(SampleIds.Showcase, unpaid.Length, overdue, AccountStatus.PastDue));
        (await desk.Get<AccountReads>().CardAsync(SampleIds.Showcase)).ShouldBe(new DashboardCard(
            SampleIds.Showcase, summary.Name, rows.Sum(row => row.AmountCents), paidCents, unpaid.Length, rows.Max(row => row.PaidAt), summary.Currency));
    }

    [Fact]
    public async Task An_account_without_invoices_reads_as_zero()
    {
        await using var desk = Desk.Seeded();
        await using (var connection = await desk.Database.OpenAsync())
            await connection.ExecuteAsync(
                """
                INSERT INTO accounts VALUES ('acc_new', 'New', 'EUR', 1, '2026-01-15T00:00:00.000Z');
                INSERT INTO subscriptions VALUES ('acc_new', 'plan_pro', 'Pro', 1, '2026-01-15T00:00:00.000Z');
                """);
        (await desk.Get<AccountReads>().SummaryAsync("acc_new"))
            .ShouldBe(new AccountSummary("acc_new", "New", "plan_pro", "Pro", AccountStatus.Current, 0, 0, 0, 0, "EUR"));
        (await desk.Get<AccountReads>().CardAsync("acc_new")).ShouldBe(new DashboardCard("acc_new", "New", 0, 0, 0, null, "EUR"));
        (await desk.Get<AccountReads>().BadgeAsync("acc_new")).ShouldBe(new HeaderBadge("acc_new", 0, 0, AccountStatus.Current));
    }

    [Fact]
    public async Task The_picker_finds_by_part_of_the_name_or_by_id_and_keeps_to_its_limit()
    {
        await using var desk = Desk.Seeded();
        var reads = desk.Get<AccountReads>();
        var name = (await reads.SummaryAsync(SampleIds.Showcase))!.Name;
        (await reads.SearchAsync(name[1..^1].ToUpperInvariant())).ShouldContain(new AccountName(SampleIds.Showcase, name));
        (await reads.SearchAsync(SampleIds.Showcase)).ShouldBe([new AccountName(SampleIds.Showcase, name)]);
        (await reads.SearchAsync()).Count.ShouldBe(20);
        (await reads.SearchAsync(limit: 0)).Count.ShouldBe(1);
        (await reads.SearchAsync(limit: int.MaxValue)).Count.ShouldBe(120);
    }

    [Fact]
    public async Task Changing_the_plan_changes_summary_and_recommendations()
    {
        await using var desk = Desk.Seeded();
        var target = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!.PlanId == "plan_scale" ? ("plan_pro", "Pro") : ("plan_scale", "Scale");
        var before = (await desk.Get<RecommendationReads>().FactsAsync(SampleIds.Showcase)).ShouldNotBeNull();

        (await desk.Get<AccountWrites>().ChangePlanAsync(SampleIds.Showcase, target.Item1, "Tester"))
            .ShouldBe(new PlanChangeOutcome.Changed(new AccountPlan(SampleIds.Showcase, target.Item1, target.Item2)));

        var after = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!;
        (after.PlanId, after.PlanName).ShouldBe(target);
        var facts = (await desk.Get<RecommendationReads>().FactsAsync(SampleIds.Showcase)).ShouldNotBeNull();
        (facts.PlanId, facts.UsedUnits).ShouldBe((target.Item1, before.UsedUnits));
        facts.OnPlan.Intersect(before.OnPlan).ShouldBeEmpty();
        var entry = (await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase))[0];
        (entry.Action, entry.Subject).ShouldBe(("subscription.changed", target.Item2));
    }

    [Fact]
    public async Task An_unknown_account_or_plan_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<AccountWrites>().ChangePlanAsync("acc_none", "plan_pro", "Tester")).ShouldBeOfType<PlanChangeOutcome.AccountNotFound>();
            (await desk.Get<AccountWrites>().ChangePlanAsync(SampleIds.Showcase, "x' OR '1'='1", "Tester")).ShouldBeOfType<PlanChangeOutcome.PlanNotFound>();
        });
    }

    [Fact]
    public async Task The_timeline_is_the_newest_fifty_of_the_account()
    {
        await using var desk = Desk.Seeded();
        foreach (var invoice in (await desk.Get<InvoiceReads>().ListAsync(SampleIds.Busy)).Where(row => row.Status != InvoiceStatus.Paid).Take(60))
            await desk.Get<InvoiceWrites>().PayAsync(invoice.Id, "Tester");
        var timeline = await desk.Get<AuditReads>().TimelineAsync(SampleIds.Busy);
        timeline.Select(entry => entry.Id).ShouldBe(
            await desk.RowsAsync<string>("SELECT 'aud_' || id FROM audit WHERE account_id = 'acc_60' ORDER BY audit.id DESC LIMIT 50"));
        timeline.Count.ShouldBe(50);
    }
}

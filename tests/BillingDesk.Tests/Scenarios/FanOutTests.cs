using System.Globalization;
using System.Text.Json.Nodes;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S7: one write, the panels of four teams, and nobody else's data.</summary>
public sealed class FanOutTests
{
    private const string Account = SampleIds.Showcase;
    private const string Invoice = SampleIds.ShowcaseInvoice;

    private static readonly string[] _mine = Panels.Of(Account, Invoice, "user_88");
    private static readonly string[] _others = [.. Panels.Of("acc_1", "inv_1", "user_1").Except([Panels.Plans])];

    // What belongs to no single account: searches and tables that show this one, and some that do not. By name, acc_88 is on page
    // 3 of the table and acc_1 on page 5; by balance, each page depends on every account.
    private const string Shown = "BD-00123";
    private static readonly string[] _shared =
    [
        Panels.Find(Shown), Panels.Find("BD-00124"), Panels.Find("user_88@"), Panels.Find("user_1@"),
        Panels.Table("name", PageOf88), Panels.Table("name", PageOf88 + 1), Panels.Table("balance", 1), Panels.Table("overdue", 6), Panels.PlanMix,
    ];
    private const int PageOf88 = 3;

    [Fact]
    public async Task S7_PayingAnInvoiceRefreshesEveryPanelThatShowsItAndNoOtherAccounts()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync([.. _mine, .. _others, .. _shared]);
        var before = (await desk.ReadAsync<AccountSummary>(Panels.Summary(Account))).Value;
        var amount = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.AmountCents;

        var paid = await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/pay");

        paid.Data<InvoiceDetail>("invoice.paid").Status.ShouldBe("paid");
        paid.ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");
        await desk.ShouldReloadOnlyAsync([.. _mine, .. _others, .. _shared],
            Panels.Badge(Account), Panels.Summary(Account), Panels.Card(Account), Panels.List(Account), Panels.Invoice(Invoice),
            Panels.Search(Account, "BD"), Panels.Audit(Account), Panels.History(Invoice), Panels.Dashboard(Account), Panels.Statement(Account),
            Panels.Find(Shown), Panels.Table("name", PageOf88), Panels.Table("balance", 1), Panels.Table("overdue", 6));

        var summary = (await desk.ReadAsync<AccountSummary>(Panels.Summary(Account))).Value;
        summary.ShouldBe(before with
        {
            OpenInvoices = before.OpenInvoices - 1, OverdueInvoices = before.OverdueInvoices - 1,
            BalanceCents = before.BalanceCents - amount, PaidCents = before.PaidCents + amount,
        });
        (await desk.ReadAsync<HeaderBadge>(Panels.Badge(Account))).Value.OverdueInvoices.ShouldBe(summary.OverdueInvoices);
        (await desk.ReadAsync<DashboardCard>(Panels.Card(Account))).Value.PaidCents.ShouldBe(summary.PaidCents);
        foreach (var rows in (string[])[Panels.List(Account), Panels.Search(Account, "BD")])
            (await desk.ReadAsync<List<InvoiceRow>>(rows)).Value.Single(row => row.Id == Invoice).Status.ShouldBe("paid");
        (await desk.ReadAsync<List<AuditEntry>>(Panels.Audit(Account))).Value[0].Action.ShouldBe("invoice.paid");
        (await desk.ReadAsync<List<AuditEntry>>(Panels.History(Invoice))).Value[0].Action.ShouldBe("invoice.paid");
        (await desk.ReadAsync<JsonNode>(Panels.Dashboard(Account))).Value["account"]!["balanceCents"]!.GetValue<long>().ShouldBe(summary.BalanceCents);
        (await desk.ReadAsync<SearchFindings>(Panels.Find(Shown))).Value.Invoices.ShouldHaveSingleItem().Status.ShouldBe("paid");
        (await desk.ReadAsync<AccountTable>(Panels.Table("name", PageOf88))).Value.Rows.Single(row => row.AccountId == Account).BalanceCents.ShouldBe(summary.BalanceCents);
        (await desk.GetAsync(Panels.Statement(Account))).Body.ShouldContain(
            string.Create(CultureInfo.InvariantCulture, $"<strong>{summary.BalanceCents / 100m:N2} {summary.Currency}</strong> unpaid"));
    }

    [Fact]
    public async Task S7_APlanChangeExpiresExactlyTheSubscriptionAndTheAccount()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync([.. _mine, .. _others, .. _shared]);

        var changed = await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/plan", new { planId = "plan_scale" });

        changed.Data<AccountPlan>("subscription.changed").ShouldBe(new AccountPlan(Account, "plan_scale", "Scale"));
        changed.ShouldHaveExpired($"subscription:{Account}", $"account:{Account}");
        await desk.ShouldReloadOnlyAsync([.. _mine, .. _others, .. _shared],
            Panels.Summary(Account), Panels.Card(Account), Panels.Recommendations(Account), Panels.Audit(Account), Panels.Subscription(Account),
            Panels.Usage(Account), Panels.Dashboard(Account), Panels.Statement(Account),
            Panels.Table("name", PageOf88), Panels.PlanMix); // the other pages of the table do not show its plan
        (await desk.ReadAsync<AccountSummary>(Panels.Summary(Account))).Value.PlanName.ShouldBe("Scale");
        (await desk.ReadAsync<List<Recommendation>>(Panels.Recommendations(Account))).Value.ShouldContain(row => row.Title == "Book your training day");
    }

    [Fact]
    public async Task S7_ANewNameExpiresExactlyTheProfileAndTheTeamsThatShowIt()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync([.. _mine, .. _others, .. _shared]);
        var orgs = (await desk.ReadAsync<List<OrganisationRow>>(Panels.Organisations("user_88"))).Value.ConvertAll(row => row.OrgId);
        orgs.Count.ShouldBeGreaterThan(1);
        orgs.ShouldNotContain("acc_1");

        var renamed = await desk.WriteAsync(HttpMethod.Put, Panels.Profile("user_88"), new { name = "Anew" });

        renamed.Data<UserProfile>("profile.updated").Name.ShouldBe("Anew");
        renamed.ShouldHaveExpired(["profile:user_88", .. orgs.Select(org => $"team:{org}")]);
        await desk.ShouldReloadOnlyAsync([.. _mine, .. _others, .. _shared], 
            Panels.Profile("user_88"), Panels.Members(Account), Panels.Audit(Account), Panels.Dashboard(Account), Panels.Find("user_88@"));
        (await desk.ReadAsync<List<MemberRow>>(Panels.Members(Account))).Value.ShouldContain(row => row.UserId == "user_88" && row.Name == "Anew");
    }

    [Fact]
    public async Task S7_APlanOnThePriceListExpiresThePriceListAndWhatShowsItsPrices()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync([.. _mine, .. _others, .. _shared]);

        var listed = await desk.WriteAsync(HttpMethod.Put, "/api/plans/plan_team", new { name = "Crew", monthlyCents = 5_900 });

        listed.Data<PlanRow>("plan.listed").ShouldBe(new PlanRow("plan_team", "Crew", 5_900));
        listed.ShouldHaveExpired("plan-list:all");
        await desk.ShouldReloadOnlyAsync([.. _mine, .. _others, .. _shared],
            Panels.Plans, Panels.Recommendations(Account), Panels.Recommendations("acc_1"), Panels.Dashboard(Account), Panels.Dashboard("acc_1"), Panels.PlanMix);
        (await desk.ReadAsync<List<PlanRow>>(Panels.Plans)).Value.ShouldContain(new PlanRow("plan_team", "Crew", 5_900));
    }
}

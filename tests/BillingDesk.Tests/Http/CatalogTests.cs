using System.Text.Json.Nodes;
using Freshet;
using Freshet.Tests;

namespace BillingDesk.Tests.Http;

/// <summary>The contract of the four teams, declaration by declaration: a change here is a change of what the product promises.</summary>
public sealed class CatalogTests
{
    private static readonly string[] _queries =
    [
        "account medium accounts-team: account",
        "account-summary high accounts-team: account, account-invoices, subscription",
        "account-table medium accounts-team: ; finds account-invoices, subscription",
        "audit-timeline medium workspace-team: account-invoices, audit, subscription, team",
        "dashboard medium growth-team: ; reads account-summary, recommendations, team-members, usage-chart",
        "dashboard-card medium accounts-team: account, account-invoices",
        "header-badge high billing-team: account-invoices",
        "invoice high billing-team: invoice",
        "invoice-history medium workspace-team: invoice",
        "invoice-list high billing-team: account-invoices",
        "invoice-search medium billing-team: account-invoices",
        "my-organisations medium workspace-team: user-organisations",
        "nightly-summary medium accounts-team: nightly-summary",
        "plan-mix low growth-team: plan-list; finds subscription",
        "plans low billing-team: plan-list",
        "recommendations low growth-team: plan-list, subscription, usage",
        "search medium growth-team: ; finds invoice, profile, user-organisations",
        "statement high accounts-team: account, account-invoices, subscription",
        "subscription high accounts-team: subscription",
        "team-members medium workspace-team: team; finds profile",
        "usage-chart medium growth-team: pipeline, subscription, usage",
        "user-profile medium workspace-team: profile",
    ];

    private static readonly string[] _events =
    [
        "invoice.edited(accountId, invoiceId) billing-team: account-invoices(AccountId), invoice(InvoiceId)",
        "invoice.paid(accountId, invoiceId) billing-team: account-invoices(AccountId), invoice(InvoiceId)",
        "member.removed(orgId, userId) workspace-team: team(OrgId), user-organisations(UserId)",
        "member.role-changed(orgId, role, userId) workspace-team: team(OrgId), user-organisations(UserId)",
        "plan.listed(planId) billing-team: plan-list:all",
        "profile.updated(orgIds, userId) workspace-team: profile(UserId), team(each OrgIds)",
        "subscription.changed(accountId, planId) accounts-team: account(AccountId), subscription(AccountId)",
        "summaries.rebuilt(day) accounts-team: nightly-summary(each AccountIds)",
        "usage.rolled-up(pipeline) growth-team: pipeline(Pipeline), usage(each AccountIds)",
    ];

    private static readonly string[] _screens =
    [
        "all-accounts accounts-team: account-table, plan-mix",
        "billing-desk workspace-team: account-summary, audit-timeline, dashboard, dashboard-card, header-badge, invoice, invoice-history, invoice-list, my-organisations, recommendations, search, subscription, team-members, usage-chart",
        "statements accounts-team: account, invoice, invoice-list, statement",
    ];

    [Fact]
    public async Task TheExportSaysWhatTheTeamsDeclare()
    {
        await using var desk = await DeskHost.StartAsync();
        using var response = await desk.Http.GetAsync("/api/catalog");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var catalog = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        catalog["queries"]!.AsArray().Select(query =>
            $"{Text(query, "name")} {Text(query, "level")} {Text(query, "owner")}: {string.Join(", ", query!["tags"]!.AsArray().Select(tag => Text(tag, "tag")).Order(StringComparer.Ordinal))}{Also(query, "tagsFound", "finds")}{Also(query, "reads", "reads")}")
            .ShouldBe(_queries);
        catalog["events"]!.AsArray().Select(each =>
            $"{Text(each, "name")}({string.Join(", ", each!["members"]!.AsArray())}) {Text(each, "owner")}: {string.Join(", ", each["tags"]!.AsArray().Select(Reference))}")
            .ShouldBe(_events);
        catalog["screens"]!.AsArray().Select(screen => $"{Text(screen, "name")} {Text(screen, "owner")}: {Names(screen!["queries"])}").ShouldBe(_screens);
        catalog["mutations"]!.AsArray().Where(mutation => mutation!["owner"] is not null)
            .Select(mutation => $"{Text(mutation, "name")} {Text(mutation, "owner")}: {Names(mutation!["events"])}").ShouldBe(["nightly-summary accounts-team: summaries.rebuilt", "settle-overdue billing-team: invoice.paid", "usage-roll-up growth-team: usage.rolled-up"]);
    }

    // The page's types are generated from this file. When a declaration is meant to change: FRESHET_ACCEPT_CATALOG=1, then
    // "npm run generate" in samples/BillingDesk/page, and review both diffs.
    [Fact]
    public async Task TheFileThatThePageIsGeneratedFromIsWhatTheServerExports()
    {
        await using var desk = await DeskHost.StartAsync();
        var export = await desk.Http.GetStringAsync("/api/catalog");
        var file = RepositoryRoot.File("samples", "BillingDesk", "page", "catalog.json");
        if (Environment.GetEnvironmentVariable("FRESHET_ACCEPT_CATALOG") == "1") await File.WriteAllTextAsync(file, export);
        (File.Exists(file) ? await File.ReadAllTextAsync(file) : "").ShouldBe(export);
    }

    [Fact]
    public async Task EveryWriteOfATeamDeclaresTheEventsItRaisesAndNothingWarns()
    {
        await using var desk = await DeskHost.StartAsync();
        var line = new { text = "Work", quantity = 1, unitCents = 1 };

        await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay");
        await desk.WriteAsync(HttpMethod.Put, "/api/invoices/inv_123", new { memo = "", lines = new[] { line } }, headers: ("If-Match", "\"2\""));
        await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_88/plan", new { planId = "plan_pro" });
        await desk.WriteAsync(HttpMethod.Post, "/api/orgs/acc_88/members/user_188/role", new { role = "viewer" });
        await desk.WriteAsync(HttpMethod.Delete, "/api/orgs/acc_88/members/user_188");
        await desk.WriteAsync(HttpMethod.Put, "/api/users/user_88/profile", new { name = "Confidential Name" });
        await desk.WriteAsync(HttpMethod.Put, "/api/plans/plan_pro", new { name = "Pro", monthlyCents = 1 });
        await desk.WriteAsync(HttpMethod.Post, "/api/pipelines/usage/run");
        await desk.WriteAsync(HttpMethod.Post, "/plain/invoices/inv_123/pay"); // conflicts, so it raises nothing and need not

        (await desk.RecordsAsync(after: 0)).Select(record => record.Event).ShouldBe(
            ["invoice.paid", "invoice.edited", "subscription.changed", "member.role-changed", "member.removed", "profile.updated", "plan.listed", "usage.rolled-up"]);
        desk.Lines.All.ShouldNotContain(each => each.Level >= Microsoft.Extensions.Logging.LogLevel.Warning && each.Text.StartsWith("Freshet"));
        desk.Lines.All.ShouldAllBe(each => !each.Text.Contains("Confidential Name"));
    }

    [Fact]
    public async Task EveryHighQueryIsReachedByAnEventOfSomeTeam()
    {
        await using var desk = await DeskHost.StartAsync();
        var catalog = desk.Freshet.Catalog;
        catalog.Queries.Where(query => query.Declaration.Level == RiskLevel.High).Select(query => query.Declaration.Name)
            .ShouldBe(["account-summary", "header-badge", "invoice", "invoice-list", "statement", "subscription"]);
    }

    private static string Reference(JsonNode? tag) =>
        tag!["constant"] is { } constant ? constant.GetValue<string>()
        : $"{Text(tag, "tag")}({(tag["each"] is null ? "" : "each ")}{string.Join(", ", tag["members"]!.AsArray())})";

    private static string Also(JsonNode? query, string member, string word) => query![member]!.AsArray().Count == 0 ? "" : $"; {word} {Names(query[member])}";

    private static string Names(JsonNode? names) => string.Join(", ", names!.AsArray().Select(name => name!.GetValue<string>()));

    private static string Text(JsonNode? node, string member) => node![member]!.GetValue<string>();
}

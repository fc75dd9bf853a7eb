using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using BillingDesk.Workspace;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>What the growth team declares: usage and the pipeline behind it, what to suggest, search, and the dashboard made of other teams' queries.</summary>
public sealed class GrowthCatalog() : Catalog(owner: "growth-team")
{
    /// <summary>The daily usage of one account.</summary>
    public static readonly Tag<string> Usage = new Tag<string>("usage").HeardBy("account").HeardByHoldersOf("desk", "all");

    /// <summary>How far a pipeline has come, by its name. All that shows an as-of time depends on it.</summary>
    public static readonly Tag<string> Pipeline = new Tag<string>("pipeline").HeardByEveryone();

    public static readonly Event<UsageRolledUp> RolledUp = new Event<UsageRolledUp>("usage.rolled-up")
        .Invalidates(Pipeline, e => e.Pipeline)
        .InvalidatesEach(Usage, e => e.AccountIds)
        .WithProfile(Profile.Seconds);

    /// <summary>The run at intervals; a person may ask for one too, at an endpoint.</summary>
    public static readonly Mutation RollUpJob = new Mutation("usage-roll-up").Raises<UsageRolledUp>();

    /// <summary>What an account used, day by day. It is as old as the pipeline that feeds it: <see cref="UsagePipeline"/> says how old that may be.</summary>
    /// <remarks>Each run moves the as-of time of every chart on, those without new usage included, so each chart carries the pipeline's tag.</remarks>
    public static readonly CachedQuery<string, UsageChart?> UsageChart = new CachedQuery<string, UsageChart?>("usage-chart", RiskLevel.Medium)
        .DependsOn(Usage, accountId => accountId)
        .DependsOn(Pipeline.For(UsagePipeline.Name))
        .DependsOn(AccountsCatalog.Subscription, accountId => accountId)
        .ShownOn("billing-desk")
        .LoadWith<UsageChartLoader>();

    /// <summary>What to suggest to an account, from its plan, its usage and the price list.</summary>
    /// <remarks>It shows no as-of time, so a run of the pipeline that brought this account nothing leaves it alone.</remarks>
    public static readonly CachedQuery<string, IReadOnlyList<Recommendation>?> Recommendations =
        new CachedQuery<string, IReadOnlyList<Recommendation>?>("recommendations", RiskLevel.Low)
            .DependsOn(AccountsCatalog.Subscription, accountId => accountId)
            .DependsOn(Usage, accountId => accountId)
            .DependsOn(BillingCatalog.PlanList.For(BillingCatalog.AllPlans))
            .ShownOn("billing-desk")
            .LoadWith<RecommendationsLoader>();

    /// <summary>Invoices and people of all accounts that contain a text. What it carries is found in its rows: <see cref="SearchLoader"/>.</summary>
    public static readonly CachedQuery<string, SearchFindings> Search = new CachedQuery<string, SearchFindings>("search", RiskLevel.Medium)
        .FindsTags(BillingCatalog.Invoice, WorkspaceCatalog.Profile, WorkspaceCatalog.UserOrganisations)
        // A row's own changes reach it by tag. A person renamed so that they match only now is in no row, hence in no tag:
        // such a search finds them when it dies.
        .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(1) })
        .ShownOn("billing-desk")
        .LoadWith<SearchLoader>();

    /// <summary>How the accounts spread over the plans, and what that brings; its argument is <see cref="BillingCatalog.AllPlans"/>.</summary>
    /// <remarks>It counts every account, so it carries the subscription of each. Low: an old count costs nothing.</remarks>
    public static readonly CachedQuery<string, IReadOnlyList<PlanShare>> PlanMix =
        new CachedQuery<string, IReadOnlyList<PlanShare>>("plan-mix", RiskLevel.Low)
            .DependsOn(BillingCatalog.PlanList, list => list)
            .FindsTags(AccountsCatalog.Subscription)
            .ShownOn("all-accounts")
            .LoadWith<PlanMixLoader>();

    /// <summary>An account at a glance, made of four other cached queries: whatever outdates one of them outdates this.</summary>
    public static readonly CachedQuery<string, Dashboard?> Dashboard = new CachedQuery<string, Dashboard?>("dashboard", RiskLevel.Medium)
        .Reads(AccountsCatalog.Summary, WorkspaceCatalog.Members, UsageChart, Recommendations)
        .ShownOn("billing-desk")
        .LoadWith<DashboardLoader>();
}

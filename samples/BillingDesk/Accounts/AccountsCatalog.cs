using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>What the accounts team declares: accounts and their subscriptions.</summary>
/// <remarks>Its queries depend on tags of the billing team; it neither knows nor lists the events that touch them.</remarks>
public sealed class AccountsCatalog() : Catalog(owner: "accounts-team")
{
    /// <summary>An account's own data, and what follows from its plan.</summary>
    public static readonly Tag<string> Account = new("account");

    /// <summary>The plan an account is on.</summary>
    public static readonly Tag<string> Subscription = new("subscription");

    public static readonly Event<SubscriptionChanged> PlanChanged = new Event<SubscriptionChanged>("subscription.changed")
        .Invalidates(Subscription, e => e.AccountId)
        .Invalidates(Account, e => e.AccountId);

    /// <summary>Where an account stands.</summary>
    public static readonly CachedQuery<string, AccountSummary?> Summary = new CachedQuery<string, AccountSummary?>("account-summary", RiskLevel.High)
        .DependsOn(Account, accountId => accountId)
        .DependsOn(BillingCatalog.AccountInvoices, accountId => accountId)
        .DependsOn(Subscription, accountId => accountId)
        .LoadWith<SummaryLoader>();

    /// <summary>An account on the dashboard.</summary>
    public static readonly CachedQuery<string, DashboardCard?> Card = new CachedQuery<string, DashboardCard?>("dashboard-card", RiskLevel.Medium)
        .DependsOn(BillingCatalog.AccountInvoices, accountId => accountId)
        .DependsOn(Account, accountId => accountId)
        .LoadWith<CardLoader>();

    /// <summary>What to suggest to an account.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<Recommendation>?> Recommendations =
        new CachedQuery<string, IReadOnlyList<Recommendation>?>("recommendations", RiskLevel.Low)
            .DependsOn(Account, accountId => accountId)
            .LoadWith<RecommendationsLoader>();
}

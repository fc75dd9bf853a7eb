using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>What the accounts team declares: accounts and their subscriptions.</summary>
/// <remarks>Its queries depend on tags of the billing team; it neither knows nor lists the events that touch them.</remarks>
public sealed class AccountsCatalog() : Catalog(owner: "accounts-team")
{
    /// <summary>An account's own data, and what follows from its plan.</summary>
    public static readonly Tag<string> Account = new Tag<string>("account").HeardBy("account").HeardByHoldersOf("desk", "all");

    /// <summary>The plan an account is on.</summary>
    public static readonly Tag<string> Subscription = new Tag<string>("subscription").HeardBy("account").HeardByHoldersOf("desk", "all");

    public static readonly Event<SubscriptionChanged> PlanChanged = new Event<SubscriptionChanged>("subscription.changed")
        .Invalidates(Subscription, e => e.AccountId)
        .Invalidates(Account, e => e.AccountId);

    /// <summary>What the nightly job makes of one account.</summary>
    public static readonly Tag<string> Night = new Tag<string>("nightly-summary").HeardBy("account").HeardByHoldersOf("desk", "all");

    public static readonly Event<SummariesRebuilt> Rebuilt = new Event<SummariesRebuilt>("summaries.rebuilt")
        .InvalidatesEach(Night, e => e.AccountIds)
        .WithProfile(Profile.Hours);

    /// <summary>The job that runs once a night.</summary>
    public static readonly Mutation NightlyJob = new Mutation("nightly-summary").Raises<SummariesRebuilt>();

    /// <summary>Where an account stood last night. Medium: the first reader of the morning may see the night before once, while it is read.</summary>
    public static readonly CachedQuery<string, NightlySummary?> LastNight = new CachedQuery<string, NightlySummary?>("nightly-summary", RiskLevel.Medium)
        .DependsOn(Night, accountId => accountId)
        .LoadWith<NightlySummaryLoader>();

    /// <summary>An account's name: for pages that show nothing else of it, and should not be outdated by each of its payments.</summary>
    public static readonly CachedQuery<string, AccountName?> AccountById = new CachedQuery<string, AccountName?>("account", RiskLevel.Medium)
        .DependsOn(Account, accountId => accountId)
        .LoadWith<AccountLoader>();

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

    /// <summary>The plan an account is on, and what that entitles it to.</summary>
    public static readonly CachedQuery<string, Data.Subscription?> SubscriptionOf =
        new CachedQuery<string, Data.Subscription?>("subscription", RiskLevel.High)
            .DependsOn(Subscription, accountId => accountId)
            .VersionedBy(subscription => subscription!.Version)
            .LoadWith<SubscriptionLoader>();

    /// <summary>What an account owes, by how long it has been due.</summary>
    public static readonly CachedQuery<string, AccountStatement?> Statement = new CachedQuery<string, AccountStatement?>("statement", RiskLevel.High)
        .DependsOn(Account, accountId => accountId)
        .DependsOn(BillingCatalog.AccountInvoices, accountId => accountId)
        .DependsOn(Subscription, accountId => accountId)
        .LoadWith<StatementLoader>();

    /// <summary>One page of the table of all accounts. Its tags are found while loading; <see cref="AccountTableLoader"/> says which and why.</summary>
    public static readonly CachedQuery<AccountTablePage, AccountTable> Table =
        new CachedQuery<AccountTablePage, AccountTable>("account-table", RiskLevel.Medium)
            .KeyedBy(page => page.Sort, page => page.Page)
            .FindsTags(BillingCatalog.AccountInvoices, Subscription)
            .LoadWith<AccountTableLoader>();

    /// <summary>The page of those who look after all accounts.</summary>
    public static readonly Screen AllAccounts = new Screen("all-accounts").Shows(Table);

    /// <summary>The statements to print: one of the account, and one of each invoice.</summary>
    public static readonly Screen Statements = new Screen("statements").Shows(
        Statement, AccountById, BillingCatalog.InvoiceList, BillingCatalog.InvoiceById);
}

/// <summary>The arguments of <see cref="AccountsCatalog.Table"/>.</summary>
/// <param name="Sort">The order.</param>
/// <param name="Page">Which page, from 1.</param>
public sealed record AccountTablePage(AccountSort Sort, int Page);

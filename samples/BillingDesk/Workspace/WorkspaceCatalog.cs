using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>What the workspace team declares: people, teams, the audit timeline, and the page everybody ships into.</summary>
public sealed class WorkspaceCatalog() : Catalog(owner: "workspace-team")
{
    /// <summary>Who belongs to an organisation, and as what.</summary>
    public static readonly Tag<string> Team = new Tag<string>("team").HeardBy("account").HeardByHoldersOf("desk", "all");

    /// <summary>The organisations a user belongs to.</summary>
    public static readonly Tag<string> UserOrganisations = new Tag<string>("user-organisations").HeardBy("user").HeardByHoldersOf("desk", "all");

    /// <summary>What others see of a user.</summary>
    public static readonly Tag<string> Profile = new Tag<string>("profile").HeardBy("user").HeardWith(Team).HeardByHoldersOf("desk", "all");

    /// <summary>The audit timeline of an account. No event names it: each row is written along with something that has its own event.</summary>
    public static readonly Tag<string> Audit = new Tag<string>("audit").HeardBy("account").HeardByHoldersOf("desk", "all");

    public static readonly Event<MemberRoleChanged> RoleChanged = new Event<MemberRoleChanged>("member.role-changed")
        .Invalidates(Team, e => e.OrgId)
        .Invalidates(UserOrganisations, e => e.UserId);

    public static readonly Event<MemberRemoved> Removed = new Event<MemberRemoved>("member.removed")
        .Invalidates(Team, e => e.OrgId)
        .Invalidates(UserOrganisations, e => e.UserId);

    public static readonly Event<ProfileUpdated> Renamed = new Event<ProfileUpdated>("profile.updated")
        .Invalidates(Profile, e => e.UserId)
        .InvalidatesEach(Team, e => e.OrgIds);

    /// <summary>The members of an organisation. It shows their names, so it also carries each member's profile tag, found while loading.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<MemberRow>?> Members =
        new CachedQuery<string, IReadOnlyList<MemberRow>?>("team-members", RiskLevel.Medium)
            .DependsOn(Team, orgId => orgId)
            .FindsTags(Profile)
            .LoadWith<MembersLoader>();

    /// <summary>The organisations a user belongs to.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<OrganisationRow>?> MyOrganisations =
        new CachedQuery<string, IReadOnlyList<OrganisationRow>?>("my-organisations", RiskLevel.Medium)
            .DependsOn(UserOrganisations, userId => userId)
            .LoadWith<MyOrganisationsLoader>();

    /// <summary>What others see of a user.</summary>
    public static readonly CachedQuery<string, UserProfile?> UserProfile = new CachedQuery<string, UserProfile?>("user-profile", RiskLevel.Medium)
        .DependsOn(Profile, userId => userId)
        .LoadWith<ProfileLoader>();

    /// <summary>The newest audit rows of an account, of whatever team wrote them.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<AuditEntry>?> Timeline =
        new CachedQuery<string, IReadOnlyList<AuditEntry>?>("audit-timeline", RiskLevel.Medium)
            .DependsOn(Audit, accountId => accountId)
            .DependsOn(BillingCatalog.AccountInvoices, accountId => accountId)
            .DependsOn(Team, accountId => accountId)
            .DependsOn(AccountsCatalog.Subscription, accountId => accountId)
            .LoadWith<TimelineLoader>();

    /// <summary>What happened to one invoice, the newest first. Each such row is written along with the event that names the invoice.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<AuditEntry>?> InvoiceHistory =
        new CachedQuery<string, IReadOnlyList<AuditEntry>?>("invoice-history", RiskLevel.Medium)
            .DependsOn(BillingCatalog.Invoice, invoiceId => invoiceId)
            .LoadWith<InvoiceHistoryLoader>();

    /// <summary>The page: panels of four teams. Those of the growth team put themselves on it.</summary>
    public static readonly Screen Desk = new Screen("billing-desk").Shows(
        AccountsCatalog.Summary, BillingCatalog.Badge, AccountsCatalog.Card, BillingCatalog.InvoiceList, BillingCatalog.InvoiceById,
        AccountsCatalog.SubscriptionOf, Timeline, InvoiceHistory, Members, MyOrganisations);
}

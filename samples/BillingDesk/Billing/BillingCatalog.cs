using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>What the billing team declares: invoices and the price list.</summary>
/// <remarks>Queries answer null for an id that does not exist; see the loaders for why that is never cached.</remarks>
public sealed class BillingCatalog() : Catalog(owner: "billing-team")
{
    /// <summary>The one price list there is, as key of <see cref="PlanList"/> and argument of <see cref="Plans"/>.</summary>
    public const string AllPlans = "all";

    /// <summary>Everything that is counted, summed or listed from the invoices of one account.</summary>
    public static readonly Tag<string> AccountInvoices = new Tag<string>("account-invoices").HeardBy("account").HeardByHoldersOf("desk", "all");

    /// <summary>One invoice, by its id. That says nothing of whose it is; the record that invalidates it does.</summary>
    public static readonly Tag<string> Invoice = new Tag<string>("invoice").HeardWith(AccountInvoices).HeardByHoldersOf("desk", "all");

    /// <summary>The price list.</summary>
    public static readonly Tag<string> PlanList = new Tag<string>("plan-list").HeardByEveryone();

    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid")
        .Invalidates(Invoice, e => e.InvoiceId)
        .Invalidates(AccountInvoices, e => e.AccountId);

    public static readonly Event<InvoiceEdited> Edited = new Event<InvoiceEdited>("invoice.edited")
        .Invalidates(Invoice, e => e.InvoiceId)
        .Invalidates(AccountInvoices, e => e.AccountId);

    public static readonly Event<PlanListed> Listed = new Event<PlanListed>("plan.listed")
        .Invalidates(PlanList.For(AllPlans));

    /// <summary>Settling all that an account is late with: <see cref="OverdueSettlement"/>.</summary>
    public static readonly OperationKind<SettleOverdue, Settled> SettleOverdue = new("settle-overdue");

    /// <summary>What that operation raises, for the list of mutations.</summary>
    public static readonly Mutation SettleOverdueJob = new Mutation("settle-overdue").Raises<InvoicePaid>();

    /// <summary>An invoice with its lines, by its id.</summary>
    public static readonly CachedQuery<string, InvoiceDetail?> InvoiceById = new CachedQuery<string, InvoiceDetail?>("invoice", RiskLevel.High)
        .DependsOn(Invoice, id => id)
        .VersionedBy(invoice => invoice!.Version)
        .LoadWith<InvoiceLoader>();

    /// <summary>All invoices of an account.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<InvoiceRow>?> InvoiceList =
        new CachedQuery<string, IReadOnlyList<InvoiceRow>?>("invoice-list", RiskLevel.High)
            .DependsOn(AccountInvoices, accountId => accountId)
            .LoadWith<InvoiceListLoader>();

    /// <summary>The invoices of an account that contain a text.</summary>
    public static readonly CachedQuery<InvoiceSearch, IReadOnlyList<InvoiceRow>?> Search =
        new CachedQuery<InvoiceSearch, IReadOnlyList<InvoiceRow>?>("invoice-search", RiskLevel.Medium)
            .KeyedBy(search => search.AccountId, search => search.Text)
            .DependsOn(AccountInvoices, search => search.AccountId)
            .LoadWith<InvoiceSearchLoader>();

    /// <summary>What the header shows about an account.</summary>
    public static readonly CachedQuery<string, HeaderBadge?> Badge = new CachedQuery<string, HeaderBadge?>("header-badge", RiskLevel.High)
        .DependsOn(AccountInvoices, accountId => accountId)
        .LoadWith<HeaderBadgeLoader>();

    /// <summary>The price list; its argument is <see cref="AllPlans"/>.</summary>
    public static readonly CachedQuery<string, IReadOnlyList<PlanRow>> Plans = new CachedQuery<string, IReadOnlyList<PlanRow>>("plans", RiskLevel.Low)
        .DependsOn(PlanList, list => list)
        .LoadWith((PlanReads plans, string _, CancellationToken ct) => plans.ListAsync(ct));
}

/// <summary>The arguments of <see cref="BillingCatalog.Search"/>.</summary>
/// <param name="AccountId">Whose invoices.</param>
/// <param name="Text">What they contain.</param>
public sealed record InvoiceSearch(string AccountId, string Text);

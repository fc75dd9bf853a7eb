namespace BillingDesk.Billing;

/// <summary>An invoice was paid.</summary>
/// <param name="InvoiceId">Which.</param>
/// <param name="AccountId">Whose.</param>
public sealed record InvoicePaid(string InvoiceId, string AccountId);

/// <summary>An invoice's memo or lines were edited, and with them its amount.</summary>
/// <param name="InvoiceId">Which.</param>
/// <param name="AccountId">Whose.</param>
public sealed record InvoiceEdited(string InvoiceId, string AccountId);

/// <summary>A plan on the price list was renamed or repriced.</summary>
/// <param name="PlanId">Which.</param>
public sealed record PlanListed(string PlanId);

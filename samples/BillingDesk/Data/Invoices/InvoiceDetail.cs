namespace BillingDesk.Data;

/// <summary>An invoice with its lines.</summary>
/// <param name="Id">Such as <c>inv_123</c>.</param>
/// <param name="AccountId">Whose it is.</param>
/// <param name="Number">The number printed on it, unique.</param>
/// <param name="Status">One of <see cref="InvoiceStatus"/>, as of the day it was read.</param>
/// <param name="AmountCents">The sum of the lines, in cents.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="DueOn">The last day to pay.</param>
/// <param name="PaidAt">When it was paid (UTC), or null.</param>
/// <param name="Memo">A note to the customer; may be empty.</param>
/// <param name="Version">1 when new; each write adds 1.</param>
/// <param name="UpdatedAt">When it was last written (UTC).</param>
/// <param name="Lines">In the order they are printed.</param>
public sealed record InvoiceDetail(
    string Id, string AccountId, string Number, string Status, long AmountCents, string Currency, DateOnly DueOn, DateTime? PaidAt,
    string Memo, long Version, DateTime UpdatedAt, IReadOnlyList<InvoiceLine> Lines);

/// <summary>A line of an invoice.</summary>
/// <param name="Id">The invoice's id and the line's place on it, such as <c>inv_123-1</c>.</param>
/// <param name="Text">What was sold.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitCents">The price of one, in cents.</param>
public sealed record InvoiceLine(string Id, string Text, long Quantity, long UnitCents);

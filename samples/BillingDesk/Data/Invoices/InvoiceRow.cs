namespace BillingDesk.Data;

/// <summary>An invoice as a row of a list.</summary>
/// <param name="Id">Such as <c>inv_123</c>.</param>
/// <param name="Number">The number printed on it, unique.</param>
/// <param name="Status">One of <see cref="InvoiceStatus"/>, as of the day it was read.</param>
/// <param name="AmountCents">The sum of its lines, in cents.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="DueOn">The last day to pay.</param>
/// <param name="PaidAt">When it was paid (UTC), or null.</param>
/// <param name="Version">1 when new; each write adds 1.</param>
public sealed record InvoiceRow(
    string Id, string Number, string Status, long AmountCents, string Currency, DateOnly DueOn, DateTime? PaidAt, long Version);

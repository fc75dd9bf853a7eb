namespace BillingDesk.Data;

/// <summary>A row of an account's audit timeline.</summary>
/// <param name="Id">Such as <c>aud_17</c>; later rows have higher numbers.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Actor">Who, by name.</param>
/// <param name="Action">What happened, such as <c>invoice.paid</c>.</param>
/// <param name="Subject">To what: a name or number a person recognises.</param>
public sealed record AuditEntry(string Id, DateTime At, string Actor, string Action, string Subject);

namespace BillingDesk.Data;

/// <summary>What a text was found in, over all accounts.</summary>
/// <param name="Invoices">Invoices whose number contains it, by number; at most <see cref="SearchReads.MaxFound"/>.</param>
/// <param name="People">Users whose name or address contains it, by name; at most <see cref="SearchReads.MaxFound"/>.</param>
public sealed record SearchFindings(IReadOnlyList<FoundInvoice> Invoices, IReadOnlyList<FoundPerson> People);

/// <summary>An invoice that was found.</summary>
/// <param name="Id">Such as <c>inv_123</c>.</param>
/// <param name="Number">The number printed on it.</param>
/// <param name="AccountId">Whose it is.</param>
/// <param name="AccountName">That account's name.</param>
/// <param name="Status">One of <see cref="InvoiceStatus"/>, as of the day it was read.</param>
/// <param name="AmountCents">The sum of its lines, in cents.</param>
/// <param name="Currency">Three letters.</param>
public sealed record FoundInvoice(
    string Id, string Number, string AccountId, string AccountName, string Status, long AmountCents, string Currency);

/// <summary>A user who was found.</summary>
/// <param name="UserId">Such as <c>user_88</c>.</param>
/// <param name="Name">The name others see.</param>
/// <param name="Email">Their address.</param>
/// <param name="Organisations">Where they belong, by name.</param>
public sealed record FoundPerson(string UserId, string Name, string Email, IReadOnlyList<OrganisationRow> Organisations);

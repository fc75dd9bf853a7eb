namespace BillingDesk.Data;

/// <summary>What an account owes, by how long it has been due.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="PlanName">The plan it is on, by the name it was bought under.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="AsOf">The day the ages are counted to, in UTC.</param>
/// <param name="BalanceCents">The sum of the ages.</param>
/// <param name="Ages">From not yet due to long overdue; each of the four is there, with zeros where nothing is due.</param>
public sealed record AccountStatement(
    string AccountId, string Name, string PlanName, string Currency, DateOnly AsOf, long BalanceCents, IReadOnlyList<DueAge> Ages);

/// <summary>The unpaid invoices of one age.</summary>
/// <param name="MinDays">Fewest days overdue; null for what is not due yet.</param>
/// <param name="MaxDays">Most days overdue; null without an end.</param>
/// <param name="Invoices">How many.</param>
/// <param name="Cents">Their sum.</param>
public sealed record DueAge(int? MinDays, int? MaxDays, long Invoices, long Cents);

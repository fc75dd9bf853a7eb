namespace BillingDesk.Data;

/// <summary>The order of the table of all accounts.</summary>
public enum AccountSort
{
    /// <summary>By name, from A.</summary>
    Name,

    /// <summary>By what is unpaid, the most first. Amounts of different currencies are compared by their figures.</summary>
    Balance,

    /// <summary>By the number of overdue invoices, the most first.</summary>
    Overdue,
}

/// <summary>One page of the table of all accounts.</summary>
/// <param name="Page">Which, from 1.</param>
/// <param name="Pages">How many there are; at least 1.</param>
/// <param name="Total">How many accounts there are.</param>
/// <param name="Rows">The accounts of this page; empty beyond the last page.</param>
public sealed record AccountTable(int Page, int Pages, int Total, IReadOnlyList<AccountTableRow> Rows);

/// <summary>An account in that table.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="PlanName">The plan it is on, by the name it was bought under.</param>
/// <param name="BalanceCents">The sum of the unpaid invoices, in cents.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="OpenInvoices">How many invoices are not paid, the overdue ones included.</param>
/// <param name="OverdueInvoices">How many of those were due before today.</param>
public sealed record AccountTableRow(
    string AccountId, string Name, string PlanName, long BalanceCents, string Currency, long OpenInvoices, long OverdueInvoices);

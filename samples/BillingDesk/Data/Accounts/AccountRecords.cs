namespace BillingDesk.Data;

/// <summary>An account by name.</summary>
/// <param name="Id">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
public sealed record AccountName(string Id, string Name);

/// <summary>Where an account stands.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="PlanId">The plan it is on.</param>
/// <param name="PlanName">The plan's name as it was when the account took it.</param>
/// <param name="Status">One of <see cref="AccountStatus"/>, as of the day it was read.</param>
/// <param name="OpenInvoices">How many invoices are not paid, the overdue ones included.</param>
/// <param name="OverdueInvoices">How many of those were due before today.</param>
/// <param name="BalanceCents">The sum of the unpaid invoices, in cents.</param>
/// <param name="PaidCents">The sum of the paid invoices, in cents.</param>
/// <param name="Currency">Three letters.</param>
public sealed record AccountSummary(
    string AccountId, string Name, string PlanId, string PlanName, string Status, long OpenInvoices, long OverdueInvoices,
    long BalanceCents, long PaidCents, string Currency);

/// <summary>What the header shows about an account.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="OpenInvoices">How many invoices are not paid, the overdue ones included.</param>
/// <param name="OverdueInvoices">How many of those were due before today.</param>
/// <param name="Status">One of <see cref="AccountStatus"/>, as of the day it was read.</param>
public sealed record HeaderBadge(string AccountId, long OpenInvoices, long OverdueInvoices, string Status);

/// <summary>An account on the dashboard.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="BilledCents">The sum of all invoices, in cents.</param>
/// <param name="PaidCents">The sum of the paid ones, in cents.</param>
/// <param name="OpenInvoices">How many invoices are not paid, the overdue ones included.</param>
/// <param name="LastPaidAt">When an invoice was last paid (UTC), or null.</param>
/// <param name="Currency">The account's currency, as ISO 4217 has it.</param>
public sealed record DashboardCard(
    string AccountId, string Name, long BilledCents, long PaidCents, long OpenInvoices, DateTime? LastPaidAt, string Currency);

/// <summary>The plan an account is on after a change.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="PlanId">The plan.</param>
/// <param name="PlanName">Its name.</param>
public sealed record AccountPlan(string AccountId, string PlanId, string PlanName);

/// <summary>The standing of an account, as written in JSON.</summary>
public static class AccountStatus
{
    /// <summary>No invoice is past due.</summary>
    public const string Current = "current";

    /// <summary>At least one invoice is past due.</summary>
    public const string PastDue = "past_due";

    internal static string Of(long overdueInvoices) => overdueInvoices > 0 ? PastDue : Current;
}

namespace BillingDesk.Data;

/// <summary>Where an account stood when the nightly job last came by.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Day">The day it was made on (UTC).</param>
/// <param name="OpenInvoices">How many were unpaid.</param>
/// <param name="OverdueInvoices">How many of them were past due.</param>
/// <param name="BalanceCents">The sum of the unpaid ones, in cents.</param>
/// <param name="PaidCents">The sum of the paid ones, in cents.</param>
/// <param name="Members">How many members the organisation had.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="MadeAt">When it was made (UTC).</param>
public sealed record NightlySummary(
    string AccountId, DateOnly Day, long OpenInvoices, long OverdueInvoices, long BalanceCents, long PaidCents, long Members, string Currency, DateTime MadeAt);

/// <summary>A run of the nightly job.</summary>
/// <param name="Day">The day of the run.</param>
/// <param name="AccountIds">Whose summaries were made anew, in order.</param>
public sealed record NightlyRun(DateOnly Day, IReadOnlyList<string> AccountIds);

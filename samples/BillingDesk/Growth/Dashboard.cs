namespace BillingDesk.Growth;

/// <summary>An account at a glance.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Whether something is past due.</param>
/// <param name="BalanceCents">What is unpaid, in cents.</param>
/// <param name="Currency">Three letters.</param>
/// <param name="PlanName">The plan it is on.</param>
/// <param name="Members">How many people are in the team.</param>
/// <param name="UsedUnits">What it used in 30 days.</param>
/// <param name="IncludedUnits">What its plan includes.</param>
/// <param name="UsageAsOf">How far the usage goes (UTC).</param>
/// <param name="NextStep">What is suggested first, or null.</param>
public sealed record Dashboard(
    string AccountId, string Name, string Status, long BalanceCents, string Currency, string PlanName, int Members,
    long UsedUnits, long IncludedUnits, DateTime UsageAsOf, string? NextStep);

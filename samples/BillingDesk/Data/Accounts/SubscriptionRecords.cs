namespace BillingDesk.Data;

/// <summary>The plan an account is on, and what that entitles it to.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="PlanId">The plan.</param>
/// <param name="PlanName">The plan's name as it was when the account took it.</param>
/// <param name="IncludedUnits">Units of usage included in 30 days.</param>
/// <param name="Since">When the account took it (UTC).</param>
/// <param name="Version">1 when new; each change adds 1.</param>
public sealed record Subscription(string AccountId, string PlanId, string PlanName, long IncludedUnits, DateTime Since, long Version);

/// <summary>How many accounts are on a plan, and what they bring.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Name">Its name on the price list.</param>
/// <param name="Accounts">How many accounts are on it.</param>
/// <param name="MonthlyCents">What all of them pay in a month by the price list, in cents.</param>
/// <param name="Currency">Of the price list.</param>
public sealed record PlanShare(string PlanId, string Name, long Accounts, long MonthlyCents, string Currency);

/// <summary>All plans with their share of the accounts.</summary>
/// <param name="Plans">The cheapest first; a plan that nobody is on included.</param>
/// <param name="AccountIds">Every account that is counted, in order.</param>
public sealed record PlanShares(IReadOnlyList<PlanShare> Plans, IReadOnlyList<string> AccountIds);

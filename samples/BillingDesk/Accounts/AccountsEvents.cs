namespace BillingDesk.Accounts;

/// <summary>An account took another plan.</summary>
/// <param name="AccountId">Which account.</param>
/// <param name="PlanId">The plan it is on now.</param>
public sealed record SubscriptionChanged(string AccountId, string PlanId);

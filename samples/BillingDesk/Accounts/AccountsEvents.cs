using System.Text.Json.Serialization;

namespace BillingDesk.Accounts;

/// <summary>An account took another plan.</summary>
/// <param name="AccountId">Which account.</param>
/// <param name="PlanId">The plan it is on now.</param>
public sealed record SubscriptionChanged(string AccountId, string PlanId);

/// <summary>The nightly job has made summaries anew.</summary>
/// <param name="Day">The day of the run (UTC).</param>
/// <param name="AccountIds">Whose. Kept from browsers: nobody must learn who else is a customer.</param>
public sealed record SummariesRebuilt(DateOnly Day, [property: JsonIgnore] IReadOnlyList<string> AccountIds);

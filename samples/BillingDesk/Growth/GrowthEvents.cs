using System.Text.Json.Serialization;

namespace BillingDesk.Growth;

/// <summary>Raw usage was added up: the daily sums go further now.</summary>
/// <param name="Pipeline">The pipeline's name: every chart it feeds is as of a later time.</param>
/// <param name="AccountIds">Whose sums changed; may be empty. Kept from browsers: whoever asks for a run must not learn who else is a customer.</param>
public sealed record UsageRolledUp(string Pipeline, [property: JsonIgnore] IReadOnlyList<string> AccountIds);

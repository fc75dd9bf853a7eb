using BillingDesk.Accounts;
using BillingDesk.Workspace;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>Puts the dashboard of an account together from cached queries; null when there is no such account.</summary>
/// <remarks>No tag is named here: the dashboard takes over those of what it reads, and lives no longer than any of it.</remarks>
internal sealed class DashboardLoader(IFreshet freshet) : IQueryLoader<string, Dashboard?>
{
    public async Task<Dashboard?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        // An account that does not exist is answered without being stored, and what is made of that is not stored either.
        if (await freshet.ReadAsync(AccountsCatalog.Summary, args, cancellationToken) is not { } summary) return null;
        var members = await freshet.ReadAsync(WorkspaceCatalog.Members, args, cancellationToken);
        var usage = await freshet.ReadAsync(GrowthCatalog.UsageChart, args, cancellationToken);
        var recommendations = await freshet.ReadAsync(GrowthCatalog.Recommendations, args, cancellationToken);
        if (members is null || usage is null || recommendations is null) return null;
        return new Dashboard(
            summary.AccountId, summary.Name, summary.Status, summary.BalanceCents, summary.Currency, summary.PlanName, members.Count,
            usage.UsedUnits, usage.IncludedUnits, usage.AsOf, recommendations.Count == 0 ? null : recommendations[0].Title);
    }
}

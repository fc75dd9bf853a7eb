using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads what to suggest to an account; null when there is no such account.</summary>
internal sealed class RecommendationsLoader(AccountReads accounts) : IQueryLoader<string, IReadOnlyList<Recommendation>?>
{
    public async Task<IReadOnlyList<Recommendation>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var rows = await accounts.RecommendationsAsync(args, cancellationToken);
        if (rows.Count > 0 || await accounts.BadgeAsync(args, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}

using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>Loads what to suggest to an account; null when there is no such account.</summary>
internal sealed class RecommendationsLoader(RecommendationReads reads) : IQueryLoader<string, IReadOnlyList<Recommendation>?>
{
    public async Task<IReadOnlyList<Recommendation>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        if (await reads.FactsAsync(args, cancellationToken) is { } facts) return Suggestions.For(facts);
        context.DoNotCache();
        return null;
    }
}

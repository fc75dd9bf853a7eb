using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet;

/// <summary>The composed catalogs and the policies in force.</summary>
internal sealed record FreshetComposition(CatalogModel Catalog, PolicyBook Policies)
{
    /// <summary>Kinds of the tags of queries that accept no staleness now, as configuration may have tightened them: what this node's read lease speaks for (R7).</summary>
    public IReadOnlyCollection<string> KindsUnderLease =>
        [.. Catalog.Queries.Where(query => Policies.For(query.Declaration).MaxStaleness == TimeSpan.Zero).SelectMany(query => QueryRuntime.KindsOf(query.Declaration)).Distinct(StringComparer.Ordinal)];

    /// <summary>Composes every added catalog and reads the policies, reporting all faults of both together.</summary>
    public static FreshetComposition Compose(IServiceProvider provider, IConfigurationSection? section)
    {
        var options = provider.GetRequiredService<IOptions<FreshetOptions>>().Value;
        var hasScopeInitializer = provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IScopeInitializer));
        var catalog = CatalogComposer.Compose([.. provider.GetServices<CatalogRegistration>()], options, hasScopeInitializer, section);
        return new FreshetComposition(catalog, new PolicyBook(catalog, section, options, provider.GetRequiredService<ILogger<PolicyBook>>()));
    }
}

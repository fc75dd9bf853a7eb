using Microsoft.Extensions.Configuration;

namespace Freshet;

/// <summary>Makes one checked model of all catalogs, or says everything that is wrong with them.</summary>
internal static class CatalogComposer
{
    /// <summary>Composes the catalogs an application added.</summary>
    /// <param name="catalogs">The catalogs. One type added twice counts once.</param>
    /// <param name="options">The keyspace's options, for its longest time to live.</param>
    /// <param name="hasScopeInitializer">Whether a scope initializer is registered.</param>
    /// <param name="section">The configuration section <c>Freshet</c>, whose policies are checked along; null when there is none.</param>
    /// <exception cref="CatalogException">There are faults, in declarations or in configured policies: all of them.</exception>
    public static CatalogModel Compose(
        IReadOnlyList<CatalogRegistration> catalogs, FreshetOptions options, bool hasScopeInitializer, IConfiguration? section = null)
    {
        var draft = CatalogDraft.Read(catalogs, options, hasScopeInitializer);
        var faults = new List<CatalogFault>(draft.Unreadable);
        faults.AddRange(draft.Entries.SelectMany(entry => entry.Declaration.DeclaredFaults.Select(fault => fault with { Owner = entry.Owner, Catalog = entry.Catalog })));
        faults.AddRange(NameRules.Find(draft));
        faults.AddRange(OwnerRules.Find(draft));
        faults.AddRange(EventRules.Find(draft));
        faults.AddRange(QueryRules.Find(draft));
        faults.AddRange(ReachRules.Find(draft));
        faults.AddRange(ReferenceRules.Find(draft));
        faults.AddRange(CircleRules.Find(draft));
        faults.AddRange(AudienceRules.Find(draft));
        var policies = PolicyRules.Find(draft, faults);

        var queries = Queries(draft, policies);
        faults.AddRange(PolicyOverrides.Read(section, queries, options.MaxTimeToLive).SelectMany(entry => entry.Faults));
        if (faults.Count > 0) throw new CatalogException(Ordered(faults));

        foreach (var entry in draft.Entries) entry.Declaration.MarkComposed();
        return new CatalogModel(Declared(draft.Tags), Declared(draft.Events), queries, Declared(draft.Screens), Declared(draft.Mutations));
    }

    /// <summary>Faults in the order of a report: by sort of declaration, then name, each once.</summary>
    internal static IReadOnlyList<CatalogFault> Ordered(IEnumerable<CatalogFault> faults) =>
        [.. faults.Distinct()
            .OrderBy(fault => Array.IndexOf(_order, fault.DeclarationKind))
            .ThenBy(fault => fault.Declaration, StringComparer.Ordinal)
            .ThenBy(fault => fault.Kind)
            .ThenBy(fault => fault.What, StringComparer.Ordinal)];

    private static readonly string[] _order = ["catalog", "tag", "event", "cached query", "screen", "mutation", "configuration"];

    // A query whose policy has faults stands with its level's defaults, so that configuration is still checked without repeating them.
    private static List<DeclaredQuery> Queries(CatalogDraft draft, Dictionary<CachedQuery, QueryPolicy> policies) =>
        [.. from entry in draft.Queries
            let query = entry.Declaration
            let policy = policies.GetValueOrDefault(query)
                ?? LevelLimits.Defaults(Enum.IsDefined(query.Level) ? query.Level : RiskLevel.High, draft.Options.MaxTimeToLive)
            select new DeclaredQuery(query, entry.Catalog, entry.Owner ?? "", policy, ScreensOf(query, draft))];

    private static List<string> ScreensOf(CachedQuery query, CatalogDraft draft) =>
        [.. draft.Screens.Where(screen => screen.Declaration.Queries.Contains(query)).Select(screen => screen.Declaration.Name)
            .Concat(query.Screens)
            .Distinct()
            .Order(StringComparer.Ordinal)];

    private static List<Declared<T>> Declared<T>(IReadOnlyList<DraftEntry<T>> entries) where T : Declaration =>
        [.. entries.Select(entry => new Declared<T>(entry.Declaration, entry.Catalog, entry.Owner ?? ""))];
}

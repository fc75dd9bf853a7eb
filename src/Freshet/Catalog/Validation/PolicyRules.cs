namespace Freshet;

/// <summary>Works out the policy that each query declares, and compares it with its level.</summary>
internal static class PolicyRules
{
    /// <summary>The policies that may stand, by query. What is wrong with the others is added to the faults.</summary>
    public static Dictionary<CachedQuery, QueryPolicy> Find(CatalogDraft draft, List<CatalogFault> faults)
    {
        var max = draft.Options.MaxTimeToLive;
        var policies = new Dictionary<CachedQuery, QueryPolicy>();
        foreach (var entry in draft.Queries)
        {
            if (Declared(entry, max, faults) is not { } policy) continue;
            var breaches = PolicyLimits.Breaches(policy, entry.Declaration.Level, max).ToList();
            faults.AddRange(breaches.Select(breach => entry.Fault(breach.Kind, breach.What, breach.WayOut)));
            if (breaches.Count == 0) policies.Add(entry.Declaration, policy);
        }
        return policies;
    }

    // The level's time to live is cut to the keyspace's maximum before the query changes it: a keyspace that allows one minute must not
    // fault every query that never mentioned a time to live, while one that asks for more is told so.
    private static QueryPolicy? Declared(DraftEntry<CachedQuery> entry, TimeSpan max, List<CatalogFault> faults)
    {
        var query = entry.Declaration;
        if (!Enum.IsDefined(query.Level))
        {
            faults.Add(entry.Fault(CatalogFaultKind.InvalidPolicy, $"its level {(int)query.Level} is none of the three", "Use RiskLevel.High, Medium or Low."));
            return null;
        }

        var defaults = LevelLimits.Defaults(query.Level, max);
        if (query.PolicyChange is null) return defaults;
        try
        {
            if (query.PolicyChange(defaults) is { } changed) return changed;
            faults.Add(entry.Fault(CatalogFaultKind.InvalidPolicy, "the function given to WithPolicy returns null", "Return a policy, as in p => p with { TimeToLive = ... }."));
        }
        catch (Exception thrown)
        {
            // Whatever it is, it is reported beside the other faults, and the application does not start.
            faults.Add(entry.Fault(CatalogFaultKind.InvalidPolicy, $"the function given to WithPolicy throws {thrown.GetType().Name}: {thrown.Message.TrimEnd('.')}",
                "Keep it to p => p with { ... }."));
        }
        return null;
    }
}

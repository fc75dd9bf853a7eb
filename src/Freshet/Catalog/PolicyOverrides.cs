using Microsoft.Extensions.Configuration;

namespace Freshet;

/// <summary>What configuration says about one query's policy.</summary>
/// <param name="Query">The query; null when configuration names one that does not exist.</param>
/// <param name="Policy">Its declared policy with the configured knobs set. Not to be used when there are faults.</param>
/// <param name="Faults">Everything that is wrong with it.</param>
internal sealed record PolicyOverride(DeclaredQuery? Query, QueryPolicy? Policy, IReadOnlyList<CatalogFault> Faults);

/// <summary>Reads <c>Freshet:Policies:{query}:{knob}</c>.</summary>
/// <remarks>A knob that is null counts as absent: a later source of configuration can only take an earlier one's value back that way.</remarks>
internal static class PolicyOverrides
{
    private const string Policies = "Policies";

    /// <summary>One result for each query that configuration mentions.</summary>
    public static IReadOnlyList<PolicyOverride> Read(IConfiguration? section, IReadOnlyList<DeclaredQuery> queries, TimeSpan keyspaceMax)
    {
        if (section?.GetSection(Policies) is not { } policies) return [];
        var overrides = new List<PolicyOverride>();
        if (!string.IsNullOrEmpty(policies.Value))
            overrides.Add(new PolicyOverride(null, null, [new CatalogFault(CatalogFaultKind.Configuration, "configuration", policies.Path, null,
                "it is a single value", $"Give it one section for each query, as in {policies.Path}:account-summary:TimeToLive.")]));
        foreach (var child in policies.GetChildren())
        {
            var query = queries.FirstOrDefault(declared => string.Equals(declared.Declaration.Name, child.Key, StringComparison.OrdinalIgnoreCase));
            overrides.Add(query is null ? Unknown(child) : Of(query, child, keyspaceMax));
        }
        return overrides;
    }

    private static PolicyOverride Unknown(IConfigurationSection child) => new(null, null, [new CatalogFault(
        CatalogFaultKind.Configuration, "cached query", child.Key, null, $"{child.Path} sets its policy, and no composed catalog declares it",
        "Correct the name, or remove the section.")]);

    private static PolicyOverride Of(DeclaredQuery query, IConfigurationSection section, TimeSpan keyspaceMax)
    {
        var faults = new List<CatalogFault>();
        var policy = query.Policy;
        if (!string.IsNullOrEmpty(section.Value))
            faults.Add(Fault(query, CatalogFaultKind.Configuration, $"{section.Path} is a single value", $"Set a knob, as in {section.Path}:TimeToLive."));
        foreach (var setting in section.GetChildren())
        {
            var knob = PolicyKnob.All.FirstOrDefault(knob => string.Equals(knob.Name, setting.Key, StringComparison.OrdinalIgnoreCase));
            if (knob is null)
                faults.Add(Fault(query, CatalogFaultKind.Configuration, $"{setting.Path} is no knob of a policy",
                    $"The knobs are {string.Join(", ", PolicyKnob.All.Select(known => known.Name))}."));
            else if (setting.Value is null && !setting.GetChildren().Any())
                continue;
            else if (setting.Value is not null && knob.Set(policy, setting.Value) is { } changed)
                policy = changed;
            else
                // Its text is left out: nobody knows what was pasted there, and this goes to logs.
                faults.Add(Fault(query, CatalogFaultKind.Configuration, $"{setting.Path} cannot be read", $"Write {knob.Expected}."));
        }
        faults.AddRange(PolicyLimits.Breaches(policy, query.Declaration.Level, keyspaceMax).Select(breach =>
            Fault(query, breach.Kind, $"{breach.What}, set by {section.Path}:{breach.Knob.Name}", breach.WayOut)));
        return new PolicyOverride(query, policy, faults);
    }

    private static CatalogFault Fault(DeclaredQuery query, CatalogFaultKind kind, string what, string wayOut) =>
        new(kind, query.Declaration.DeclarationKind, query.Declaration.Name, query.Owner.Length == 0 ? null : query.Owner, what, wayOut) { Catalog = query.Catalog };
}

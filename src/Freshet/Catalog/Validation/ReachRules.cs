namespace Freshet;

/// <summary>A high query is reached by some event; otherwise only its time to live would ever refresh it.</summary>
internal static class ReachRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft)
    {
        var touched = draft.Events.SelectMany(entry => TagSlot.Of(entry.Declaration)).Distinct().ToList();
        foreach (var entry in draft.Queries.Where(entry => entry.Declaration.Level is RiskLevel.High))
        {
            var carried = TagSlot.Of(entry.Declaration);
            if (carried.Count == 0)
                yield return entry.Fault(CatalogFaultKind.Unreached, "it carries no tag, so nothing but its time to live would ever refresh it",
                    "Add .DependsOn(tag, args => args.Key), or declare the query at a lower level.");
            else if (!carried.Any(slot => touched.Any(slot.Meets)))
                yield return entry.Fault(CatalogFaultKind.Unreached,
                    $"no event invalidates any of its tags ({string.Join(", ", carried.Select(slot => slot.ToString()).Order(StringComparer.Ordinal))})",
                    "Declare the event that changes this data and let it invalidate one of them, add the catalog that does, or declare the query at a lower level.");
        }
    }
}

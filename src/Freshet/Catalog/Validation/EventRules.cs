namespace Freshet;

/// <summary>An event touches something, for a time that makes sense.</summary>
internal static class EventRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft)
    {
        foreach (var entry in draft.Events)
        {
            if (entry.Declaration.Tags.Count == 0)
                yield return entry.Fault(CatalogFaultKind.InvalidatesNothing, "it invalidates nothing, so raising it would change nothing",
                    "Add .Invalidates(tag, e => e.Key), or remove the event.");

            var profile = entry.Declaration.Profile;
            if (profile.Stale < TimeSpan.Zero || profile.Revalidate < TimeSpan.Zero || profile.Expire < TimeSpan.Zero)
                yield return entry.Fault(CatalogFaultKind.InvalidPolicy, $"its profile '{profile.Name}' has a negative time", "Use zero or more for stale, revalidate and expire.");
        }
    }
}

namespace Freshet;

/// <summary>A tag that is heard with another one is heard by somebody: the other one is declared, and says itself by whom.</summary>
internal static class AudienceRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft) =>
        from entry in draft.Tags
        from companion in entry.Declaration.Companions.Distinct()
        let fault = FaultOf(draft, entry, companion)
        where fault is not null
        select fault;

    private static CatalogFault? FaultOf(CatalogDraft draft, DraftEntry<TagKind> entry, TagKind companion)
    {
        if (!draft.Declares(companion))
        {
            return entry.Fault(CatalogFaultKind.UnknownDeclaration, $"it is heard with the tag '{companion}', which no composed catalog declares",
                "Hold it in a static field of a catalog, and add that catalog with AddFreshet().Add<TCatalog>().");
        }
        // Only one step is followed: a chain would let an event's tags open each other's audience in ways nobody reviews.
        return companion.Audience.All(rule => rule.With is not null)
            ? entry.Fault(CatalogFaultKind.InvalidAudience, $"it is heard with the tag '{companion}', which says nobody who hears it by itself",
                $"Give '{companion}' a HeardBy(...), HeardByHoldersOf(...) or HeardByEveryone().")
            : null;
    }
}

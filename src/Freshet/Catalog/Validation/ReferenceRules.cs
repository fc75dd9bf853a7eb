namespace Freshet;

/// <summary>Whatever a declaration uses is declared by a composed catalog.</summary>
internal static class ReferenceRules
{
    private const string AddItsCatalog = "Hold it in a static field of a catalog, and add that catalog with AddFreshet().Add<TCatalog>().";

    public static IEnumerable<CatalogFault> Find(CatalogDraft draft) =>
        [.. OfEvents(draft), .. OfQueries(draft), .. OfScreens(draft), .. OfMutations(draft)];

    private static IEnumerable<CatalogFault> OfEvents(CatalogDraft draft) => draft.Events.SelectMany(entry =>
        OfTags(draft, entry, entry.Declaration.TagKinds, entry.Declaration.Tags));

    private static IEnumerable<CatalogFault> OfQueries(CatalogDraft draft)
    {
        var screens = draft.Screens.Select(screen => screen.Declaration.Name).ToHashSet();
        foreach (var entry in draft.Queries)
        {
            var query = entry.Declaration;
            foreach (var fault in OfTags(draft, entry, query.TagKinds, query.Tags)) yield return fault;
            foreach (var read in query.QueriesRead.Distinct().Where(read => !draft.Declares(read)))
                yield return entry.Fault(CatalogFaultKind.UnknownDeclaration, $"it reads the cached query '{read}', which no composed catalog declares", AddItsCatalog);
            foreach (var screen in query.Screens.Distinct().Where(screen => !screens.Contains(screen)))
                yield return entry.Fault(CatalogFaultKind.UnknownScreen, $"it is shown on the screen '{screen}', which no composed catalog declares",
                    $"Declare it: static readonly Screen ... = new(\"{screen}\"), or correct the name.");
        }
    }

    private static IEnumerable<CatalogFault> OfScreens(CatalogDraft draft) =>
        from entry in draft.Screens
        from query in entry.Declaration.Queries.Distinct()
        where !draft.Declares(query)
        select entry.Fault(CatalogFaultKind.UnknownDeclaration, $"it shows the cached query '{query}', which no composed catalog declares", AddItsCatalog);

    private static IEnumerable<CatalogFault> OfMutations(CatalogDraft draft)
    {
        var types = draft.Events.Select(declared => declared.Declaration.Type).ToHashSet();
        return from entry in draft.Mutations
               from type in entry.Declaration.Events.Distinct()
               where !types.Contains(type)
               select entry.Fault(CatalogFaultKind.UnknownDeclaration, $"it raises {TypeText.Of(type)}, and no composed catalog declares an event of that type",
                   $"Declare an Event<{TypeText.ShortOf(type)}>, or add the catalog that does with AddFreshet().Add<TCatalog>().");
    }

    // A constant tag knows its kind by name only, so by name it is looked up.
    private static IEnumerable<CatalogFault> OfTags<T>(CatalogDraft draft, DraftEntry<T> entry, IEnumerable<TagKind> kinds, IEnumerable<TagReference> references)
        where T : Declaration
    {
        var unknown = kinds.Where(kind => !draft.Declares(kind)).Select(kind => kind.Name)
            .Concat(references.Where(reference => reference.Constant is not null && !draft.DeclaresTag(reference.Tag)).Select(reference => reference.Tag));
        return unknown.Distinct().Select(tag => tag.Length == 0
            ? entry.Fault(CatalogFaultKind.UnknownDeclaration, "it uses an empty tag", "Make the tag with For(...) of a declared kind.")
            : entry.Fault(CatalogFaultKind.UnknownDeclaration, $"it uses the tag '{tag}', which no composed catalog declares", AddItsCatalog));
    }
}

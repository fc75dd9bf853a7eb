namespace Freshet;

/// <summary>Names are unique within their kind, one object stands in one catalog, and one CLR type is one event.</summary>
internal static class NameRules
{
    // Paths are invalidated through tags of the first two kinds (RevalidatePath), whole queries and kinds through the others (flushes), so
    // a team's own kind would collide with them.
    private static readonly string[] _reservedTags = [PathTags.PageKind, PathTags.LayoutKind, FlushTags.QueryKind, FlushTags.TagKind];

    public static IEnumerable<CatalogFault> Find(CatalogDraft draft) =>
        [
            .. Reserved(draft), .. StandingTwice(draft),
            .. SharedNames(draft.Tags), .. SharedNames(draft.Events), .. SharedNames(draft.Queries), .. SharedNames(draft.Screens), .. SharedNames(draft.Mutations),
            .. SharedTypes(draft),
        ];

    private static IEnumerable<CatalogFault> Reserved(CatalogDraft draft) => draft.Tags
        .Where(tag => _reservedTags.Contains(tag.Declaration.Name, StringComparer.OrdinalIgnoreCase))
        .Select(tag => tag.Fault(CatalogFaultKind.InvalidName, "its name is reserved", "Rename it; 'page' and 'layout' belong to RevalidatePath, 'all-of-query' and 'all-of-kind' to an operator's flush."));

    private static IEnumerable<CatalogFault> StandingTwice(CatalogDraft draft) => draft.Entries
        .GroupBy(entry => entry.Declaration)
        .Where(group => group.Count() > 1)
        .Select(group => group.First().Fault(CatalogFaultKind.DuplicateName, $"the same object stands in {Catalogs(group)}",
            "Keep the field in the catalog of its owner and refer to it from the other."));

    // Ignoring case, because configuration keys and most dashboards do.
    private static IEnumerable<CatalogFault> SharedNames<T>(IReadOnlyList<DraftEntry<T>> entries) where T : Declaration => entries
        .Where(entry => entry.Declaration.Name.Length > 0)
        .GroupBy(entry => entry.Declaration.Name, StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1)
        .Select(group => group.First().Fault(CatalogFaultKind.DuplicateName,
            $"its name is declared {group.Count()} times, in {Catalogs(group)} (upper and lower case are the same name)", "Rename all but one."));

    private static IEnumerable<CatalogFault> SharedTypes(CatalogDraft draft) => draft.Events
        .GroupBy(entry => entry.Declaration.Type)
        .Where(group => group.Count() > 1)
        .Select(group => (group, names: string.Join(", ", group.Select(entry => $"'{entry.Declaration.Name}' in {entry.Catalog}"))))
        .Select(shared => shared.group.First().Fault(CatalogFaultKind.DuplicateName,
            $"its type {TypeText.Of(shared.group.Key)} is the type of {shared.group.Count()} events ({shared.names}), so Raise could not tell them apart",
            "Give each event a record of its own."));

    private static string Catalogs<T>(IEnumerable<DraftEntry<T>> entries) where T : Declaration =>
        string.Join(" and ", entries.Select(entry => entry.Catalog).Distinct().Order(StringComparer.Ordinal));
}

namespace Freshet;

/// <summary>Everything that is declared has an owner.</summary>
internal static class OwnerRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft) => draft.Entries
        .Where(entry => entry.Owner is null)
        .Select(entry => entry.Fault(CatalogFaultKind.NoOwner, "nobody owns it",
            entry.Declaration.OwnOwner is null
                ? $"Name the team once for the catalog, as in class {entry.Catalog}() : Catalog(owner: \"...\"), or for this declaration with .OwnedBy(\"...\")."
                : "Give .OwnedBy(...) a name that is not blank."));
}

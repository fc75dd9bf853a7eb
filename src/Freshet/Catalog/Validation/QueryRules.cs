namespace Freshet;

/// <summary>A cached query can be loaded, and its arguments can be a key.</summary>
internal static class QueryRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft)
    {
        foreach (var entry in draft.Queries)
        {
            var query = entry.Declaration;
            if (!query.HasLoader)
                yield return entry.Fault(CatalogFaultKind.NoLoader, "it has no loader", "Add .LoadWith((Db db, ... args, CancellationToken ct) => ...).");
            if (!query.HasKey)
                yield return entry.Fault(CatalogFaultKind.UnsupportedKey, $"its arguments of type {TypeText.Of(query.ArgumentsType)} have no culture-independent text form",
                    "Name the members that make its key with .KeyedBy(args => args.Id), or use text, a number, Guid, an enum, a date or a tuple of those.");
            if (query.VersionOfTag is { } kind && !TagSlot.OwnOf(query).Any(slot => slot.Kind == kind))
                yield return entry.Fault(CatalogFaultKind.InvalidVersion, $"its version is said to be of tag '{kind}', which its values do not carry",
                    "Name a kind of tag that it depends on or finds, or leave 'of' out.");
            if (query.NeedsScopeInitializer && !draft.HasScopeInitializer)
                yield return entry.Fault(CatalogFaultKind.NoScopeInitializer, "it requires a scope initializer and none is registered",
                    "Register one with AddFreshet().InitializeScopesWith<TInitializer>().");
        }
    }
}

using System.Reflection;

namespace Freshet;

/// <summary>A declaration on its way into a <see cref="CatalogModel"/>: where it stands and who answers for it, as far as known.</summary>
internal sealed record DraftEntry<T>(T Declaration, string Catalog, string? Owner) where T : Declaration
{
    public CatalogFault Fault(CatalogFaultKind kind, string what, string wayOut) =>
        new(kind, Declaration.DeclarationKind, Declaration.Name, Owner, what, wayOut) { Catalog = Catalog };
}

/// <summary>What all catalogs declare, before anybody checked it. Rules read it and report faults.</summary>
internal sealed class CatalogDraft
{
    private readonly HashSet<Declaration> _declared;
    private readonly HashSet<string> _tagNames;

    private CatalogDraft(IReadOnlyList<DraftEntry<Declaration>> entries, IReadOnlyList<CatalogFault> unreadable, FreshetOptions options, bool hasScopeInitializer)
    {
        Entries = entries;
        Unreadable = unreadable;
        Options = options;
        HasScopeInitializer = hasScopeInitializer;
        Tags = Of<TagKind>();
        Events = Of<Event>();
        Queries = Of<CachedQuery>();
        Screens = Of<Screen>();
        Mutations = Of<Mutation>();
        _declared = [.. entries.Select(entry => entry.Declaration)];
        _tagNames = [.. Tags.Select(tag => tag.Declaration.Name)];
    }

    /// <summary>Every declaration of every catalog. One object that stands in two catalogs is here twice.</summary>
    public IReadOnlyList<DraftEntry<Declaration>> Entries { get; }

    /// <summary>Catalogs whose fields could not be read.</summary>
    public IReadOnlyList<CatalogFault> Unreadable { get; }

    public FreshetOptions Options { get; }

    public bool HasScopeInitializer { get; }

    public IReadOnlyList<DraftEntry<TagKind>> Tags { get; }

    public IReadOnlyList<DraftEntry<Event>> Events { get; }

    public IReadOnlyList<DraftEntry<CachedQuery>> Queries { get; }

    public IReadOnlyList<DraftEntry<Screen>> Screens { get; }

    public IReadOnlyList<DraftEntry<Mutation>> Mutations { get; }

    public bool Declares(Declaration declaration) => _declared.Contains(declaration);

    public bool DeclaresTag(string kind) => _tagNames.Contains(kind);

    public static CatalogDraft Read(IReadOnlyList<CatalogRegistration> catalogs, FreshetOptions options, bool hasScopeInitializer)
    {
        var entries = new List<DraftEntry<Declaration>>();
        var unreadable = new List<CatalogFault>();
        var distinct = catalogs.DistinctBy(catalog => catalog.Type).ToList();
        foreach (var catalog in distinct)
        {
            var name = NameOf(catalog, distinct);
            var owner = Meaningful(catalog.Owner);
            try
            {
                entries.AddRange(catalog.Declarations().Distinct().Select(
                    declaration => new DraftEntry<Declaration>(declaration, name, Meaningful(declaration.OwnOwner) ?? owner)));
            }
            catch (Exception broken) when (broken is TypeInitializationException or TargetInvocationException)
            {
                var cause = broken.GetBaseException(); // reflection's and the runtime's wrappers say nothing
                unreadable.Add(new CatalogFault(CatalogFaultKind.UnreadableCatalog, "catalog", name, owner,
                    $"setting its static fields threw {cause.GetType().Name}: {cause.Message.TrimEnd('.')}", "Mend the field's initializer."));
            }
        }
        return new CatalogDraft(entries, unreadable, options, hasScopeInitializer);
    }

    /// <summary>One entry for each declared object of a kind, ordered by name.</summary>
    private List<DraftEntry<T>> Of<T>() where T : Declaration =>
        [.. Entries.Where(entry => entry.Declaration is T)
            .DistinctBy(entry => entry.Declaration)
            .Select(entry => new DraftEntry<T>((T)entry.Declaration, entry.Catalog, entry.Owner))
            .OrderBy(entry => entry.Declaration.Name, StringComparer.Ordinal)];

    // Two teams may both call their class Catalog; only then is the namespace needed to tell them apart.
    private static string NameOf(CatalogRegistration catalog, List<CatalogRegistration> all) =>
        all.Count(other => other.Type.Name == catalog.Type.Name) == 1 ? catalog.Type.Name : catalog.Type.FullName ?? catalog.Type.Name;

    private static string? Meaningful(string? owner) => string.IsNullOrWhiteSpace(owner) ? null : owner;
}

using System.Collections.Frozen;

namespace Freshet;

/// <summary>A declaration with its owner, as an application composed it.</summary>
/// <param name="Declaration">The declaration.</param>
/// <param name="Catalog">Name of the catalog class it stands in.</param>
/// <param name="Owner">The team that answers for it.</param>
public record Declared<T>(T Declaration, string Catalog, string Owner) where T : Declaration;

/// <summary>A cached query as an application composed it: with owner, declared policy and screens.</summary>
/// <param name="Declaration">The query.</param>
/// <param name="Catalog">Name of the catalog class it stands in.</param>
/// <param name="Owner">The team that answers for its freshness.</param>
/// <param name="Policy">The policy it declares: its level's, as the declaration changed it. Configuration may tighten it further while running.</param>
/// <param name="Screens">Names of the screens it is shown on, ordered.</param>
public sealed record DeclaredQuery(CachedQuery Declaration, string Catalog, string Owner, QueryPolicy Policy, IReadOnlyList<string> Screens)
    : Declared<CachedQuery>(Declaration, Catalog, Owner);

/// <summary>Everything the composed catalogs declare: checked, immutable, inspectable.</summary>
public sealed partial class CatalogModel
{
    private readonly FrozenDictionary<Type, Event> _eventsByType;

    internal CatalogModel(
        IReadOnlyList<Declared<TagKind>> tags,
        IReadOnlyList<Declared<Event>> events,
        IReadOnlyList<DeclaredQuery> queries,
        IReadOnlyList<Declared<Screen>> screens,
        IReadOnlyList<Declared<Mutation>> mutations)
    {
        Tags = tags;
        Events = events;
        Queries = queries;
        Screens = screens;
        Mutations = mutations;
        _eventsByType = events.ToFrozenDictionary(declared => declared.Declaration.Type, declared => declared.Declaration);
    }

    /// <summary>Tag kinds, ordered by name.</summary>
    public IReadOnlyList<Declared<TagKind>> Tags { get; }

    /// <summary>Events, ordered by name.</summary>
    public IReadOnlyList<Declared<Event>> Events { get; }

    /// <summary>Cached queries, ordered by name.</summary>
    public IReadOnlyList<DeclaredQuery> Queries { get; }

    /// <summary>Screens, ordered by name.</summary>
    public IReadOnlyList<Declared<Screen>> Screens { get; }

    /// <summary>Mutations declared in catalogs, ordered by name. Endpoints keep theirs in their own metadata.</summary>
    public IReadOnlyList<Declared<Mutation>> Mutations { get; }

    /// <summary>The event declared for a CLR type; null when there is none.</summary>
    public Event? EventFor(Type type) => _eventsByType.GetValueOrDefault(type);

    internal Event<T> EventFor<T>() where T : notnull =>
        EventFor(typeof(T)) as Event<T> ?? throw new UnknownDeclarationException(
            "event", typeof(T).Name, $"Declare an Event<{typeof(T).Name}> in a catalog and add the catalog with AddFreshet().Add<TCatalog>().");
}

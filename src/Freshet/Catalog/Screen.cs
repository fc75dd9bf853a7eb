namespace Freshet;

/// <summary>What a person sees at once: a named set of cached queries. Its high queries are shown only as a coherent set.</summary>
/// <param name="name">Name of the screen, unique in the application.</param>
public sealed class Screen(string name) : Declaration(name)
{
    private readonly List<CachedQuery> _queries = [];

    /// <inheritdoc/>
    public override string DeclarationKind => "screen";

    /// <summary>The queries this declaration puts on the screen. Queries of other teams may add themselves with <c>ShownOn</c>.</summary>
    public IReadOnlyList<CachedQuery> Queries => _queries;

    /// <summary>Puts cached queries on the screen.</summary>
    public Screen Shows(params CachedQuery[] queries)
    {
        ThrowIfComposed();
        AddAll(_queries, queries, "cached query");
        return this;
    }

    /// <summary>Gives this screen another owner than its catalog's.</summary>
    public Screen OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }
}

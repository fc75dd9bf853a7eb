namespace Freshet;

/// <summary>A read whose result is cached. Declare it as <see cref="CachedQuery{TArgs, TValue}"/>.</summary>
public abstract class CachedQuery : Declaration
{
    private readonly List<TagKind> _findsTags = [];
    private readonly List<CachedQuery> _reads = [];
    private readonly List<string> _screens = [];

    private protected CachedQuery(string name, RiskLevel level, int schema, Type arguments, Type value) : base(name)
    {
        Level = level;
        Schema = schema;
        ArgumentsType = arguments;
        ValueType = value;
    }

    /// <inheritdoc/>
    public sealed override string DeclarationKind => "cached query";

    /// <summary>The cost of showing an old value.</summary>
    public RiskLevel Level { get; }

    /// <summary>Number of the cached type's shape. Raise it when the type changes, so that a deploy never reads the old shape. Default: 1.</summary>
    public int Schema { get; }

    /// <summary>Type of the arguments.</summary>
    public Type ArgumentsType { get; }

    /// <summary>Type of the value.</summary>
    public Type ValueType { get; }

    /// <summary>The tags each value carries, as data.</summary>
    public abstract IReadOnlyList<TagReference> Tags { get; }

    /// <summary>Member paths of the arguments that make the key, as <c>KeyedBy</c> named them; empty when the arguments themselves do.</summary>
    public IReadOnlyList<string> KeyMembers { get; private protected set; } = [];

    /// <summary>Kinds of tags that the loader may add with <see cref="LoadContext.AddTag"/>.</summary>
    public IReadOnlyList<TagKind> TagsFound => _findsTags;

    /// <summary>Cached queries that the loader may read; their tags become this query's.</summary>
    public IReadOnlyList<CachedQuery> QueriesRead => _reads;

    /// <summary>Names of the screens this query puts itself on. A <see cref="Screen"/> may list it as well.</summary>
    public IReadOnlyList<string> Screens => _screens;

    /// <summary>Whether a scope initializer must prepare the loader's services.</summary>
    public bool NeedsScopeInitializer { get; private set; }

    /// <summary>Member path of the value's version; null when values carry none.</summary>
    public abstract string? VersionMember { get; }

    /// <summary>Name of the kind of tag whose version that is, so that events which tell one are minded; null when it is no event's affair.</summary>
    public abstract string? VersionOfTag { get; }

    /// <summary>Whether its values stay in each node's memory, whatever store the nodes share.</summary>
    public bool IsInMemoryOnly { get; private set; }

    /// <summary>Whether one node loads a value for all: the others wait for it a while.</summary>
    public bool HasLoadLock { get; private set; }

    internal Func<QueryPolicy, QueryPolicy>? PolicyChange { get; private set; }

    /// <summary>Whether it was made at run time, for a cache whose callers declare nothing.</summary>
    internal bool IsUndeclared { get; private protected set; }

    internal abstract bool HasLoader { get; }

    /// <summary>Whether arguments have a text: a supported type, or members named by <c>KeyedBy</c>.</summary>
    internal abstract bool HasKey { get; }

    internal abstract IEnumerable<TagKind> TagKinds { get; }

    internal abstract QueryRuntime CreateRuntime(DeclaredQuery declared, RuntimeParts parts);

    private protected void ChangePolicy(Func<QueryPolicy, QueryPolicy> change)
    {
        ThrowIfComposed();
        ArgumentNullException.ThrowIfNull(change);
        PolicyChange = PolicyChange is { } earlier ? policy => change(earlier(policy)) : change;
    }

    private protected void AddFoundTags(TagKind[] kinds)
    {
        ThrowIfComposed();
        AddAll(_findsTags, kinds, "tag");
    }

    private protected void AddReads(CachedQuery[] queries)
    {
        ThrowIfComposed();
        AddAll(_reads, queries, "cached query");
    }

    private protected void AddScreen(string screen)
    {
        ThrowIfComposed();
        _screens.Add(screen);
    }

    private protected void KeepInMemoryOnly()
    {
        ThrowIfComposed();
        IsInMemoryOnly = true;
    }

    private protected void UseLoadLock()
    {
        ThrowIfComposed();
        HasLoadLock = true;
    }

    private protected void RequireScopeInitializer()
    {
        ThrowIfComposed();
        NeedsScopeInitializer = true;
    }
}

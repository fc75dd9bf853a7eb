using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The engine of one application: queries at work, the node, the log. Reading and writing are in the files beside this one.</summary>
internal sealed partial class FreshetService : IFreshet, IDisposable
{
    private readonly Lock _adoption = new();
    private readonly FrozenDictionary<CachedQuery, QueryRuntime> _runtimes;
    private readonly FrozenSet<string> _tagKinds;
    private readonly PolicyBook _policies;
    private readonly Node _node;
    private readonly FreshnessLog _log;
    private readonly HighTags _high = new();
    private readonly ILogger _logger;
    private readonly Func<RuntimeParts> _parts;
    private readonly EventData? _events;
    private readonly IUnitOfWorkSource? _units;
    private IPathRegistry? _paths;

    public FreshetService(
        CatalogModel catalog, PolicyBook policies, FreshetOptions options, Node node, FreshnessLog log,
        IServiceScopeFactory services, ILogger<IFreshet> logger, IPathRegistry? paths, bool hasScopeInitializer, SecondLevelAccess? secondLevel = null,
        IOutbox? outbox = null, EventData? events = null, IUnitOfWorkSource? units = null)
    {
        Catalog = catalog;
        _policies = policies;
        _node = node;
        _log = log;
        _logger = logger;
        _paths = paths;
        Outbox = outbox;
        _events = outbox is null ? null : events;
        _units = units;
        _tagKinds = catalog.Tags.Select(tag => tag.Declaration.Name).ToFrozenSet(StringComparer.Ordinal);
        ScreenCounters = catalog.Screens.ToFrozenDictionary(screen => screen.Declaration, _ => new ScreenCounters());
        Store = new NodeStore(StoreLimits.From(options));
        MaxTimeToLive = options.MaxTimeToLive;
        RuntimeParts Parts() => new(this, node, Store, services, options, logger, hasScopeInitializer, secondLevel);
        _parts = Parts;
        Outputs = new RenderedOutputs(node, Store, options);
        _runtimes = catalog.Queries.ToFrozenDictionary(
            declared => declared.Declaration,
            declared => declared.Declaration.CreateRuntime(declared, Parts()));
        Runtimes = new RuntimeList(catalog.Queries.Select(declared => _runtimes[declared.Declaration])); // as declared: a table's own order is another in each process
        node.QueryFlushed = FlushQuery;
        node.LongestLife = (long)options.MaxTimeToLive.TotalMilliseconds;
        policies.Changed += AdoptPolicy; // before the policies are read, or a reload in between would be missed
        foreach (var declared in catalog.Queries) AdoptPolicy(declared.Declaration);
        AdoptHigh();
    }

    public CatalogModel Catalog { get; }

    public IFreshnessLog Log => _log;

    public FreshetAction? CurrentAction => Ambient.ActionOf(this);

    /// <summary>Where what is raised can be saved with its write; null when the application has none.</summary>
    internal IOutbox? Outbox { get; }

    internal RuntimeList Runtimes { get; }

    internal TimeSpan MaxTimeToLive { get; }

    internal Node Node => _node;

    /// <summary>What became of each screen's reads.</summary>
    internal FrozenDictionary<Screen, ScreenCounters> ScreenCounters { get; }

    /// <summary>What all queries keep in memory together.</summary>
    internal NodeStore Store { get; }

    /// <summary>The rendered outputs it keeps.</summary>
    internal RenderedOutputs Outputs { get; }

    /// <summary>Tells which paths the application answers. Hosts know that only once their endpoints are mapped, after the services are built; a registered <see cref="IPathRegistry"/> goes first.</summary>
    internal void UsePaths(IPathRegistry paths) => Interlocked.CompareExchange(ref _paths, paths, null);

    public void Dispose()
    {
        _policies.Changed -= AdoptPolicy;
        foreach (var runtime in Runtimes) runtime.Detach(); // static declarations must not keep an application alive that is gone
    }

    private void AdoptPolicy(CachedQuery query, QueryPolicy policy)
    {
        AdoptPolicy(query);
        AdoptHigh();
    }

    private void AdoptHigh()
    {
        lock (_adoption) _high.Adopt(_runtimes.Where(each => each.Value.MaxStaleness == 0).Select(each => each.Key));
    }

    // The policy is read under the lock rather than taken from the news. Else: this constructor reads 10 s -> a reload tells 5 s,
    // which is adopted -> the constructor adopts its 10 s over it, and the tightening is lost.
    private void AdoptPolicy(CachedQuery query)
    {
        lock (_adoption) _runtimes[query].Adopt(_policies.For(query));
    }

    private QueryRuntime<TArgs, TValue> RuntimeOf<TArgs, TValue>(CachedQuery<TArgs, TValue> query) where TArgs : notnull
    {
        ArgumentNullException.ThrowIfNull(query);
        var last = query.LastRuntime;
        if (last is not null && ReferenceEquals(last.Owner, this)) return last;
        if (!_runtimes.TryGetValue(query, out var runtime))
            throw new UnknownDeclarationException("cached query", query.Name, "Add its catalog with AddFreshet().Add<TCatalog>().");
        return query.LastRuntime = (QueryRuntime<TArgs, TValue>)runtime;
    }
}

/// <summary>What every query's runtime is made with.</summary>
internal sealed record RuntimeParts(
    IFreshet Owner, Node Node, NodeStore Store, IServiceScopeFactory Services, FreshetOptions Options, ILogger Logger, bool HasScopeInitializer, SecondLevelAccess? SecondLevel);

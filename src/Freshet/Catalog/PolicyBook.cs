using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Freshet;

/// <summary>The policies in force: what queries declare, as configuration changed it, followed while configuration reloads.</summary>
internal sealed class PolicyBook : IDisposable
{
    private readonly CatalogModel _model;
    private readonly IConfiguration? _section;
    private readonly TimeSpan _keyspaceMax;
    private readonly ILogger _log;
    private readonly IDisposable? _subscription;
    private readonly Lock _gate = new();

    // Read by anybody, replaced under _gate.
    private volatile FrozenDictionary<CachedQuery, QueryPolicy> _policies;
    private long _refusedReloads;

    /// <summary>Opens the book.</summary>
    /// <param name="model">The composed catalogs.</param>
    /// <param name="section">The configuration section <c>Freshet</c>; null when there is none.</param>
    /// <param name="options">The keyspace's options.</param>
    /// <param name="log">Where refused and applied reloads are logged.</param>
    /// <exception cref="CatalogException">Configured policies have faults: all of them.</exception>
    public PolicyBook(CatalogModel model, IConfiguration? section, FreshetOptions options, ILogger log)
    {
        _model = model;
        _section = section;
        _keyspaceMax = options.MaxTimeToLive;
        _log = log;

        var overrides = PolicyOverrides.Read(section, model.Queries, _keyspaceMax);
        var faults = overrides.SelectMany(entry => entry.Faults).ToList();
        if (faults.Count > 0) throw new CatalogException(CatalogComposer.Ordered(faults));
        _policies = Applied(overrides, FrozenDictionary<CachedQuery, QueryPolicy>.Empty);

        if (section is null) return;
        _subscription = ChangeToken.OnChange(section.GetReloadToken, Reload);
        // Configuration may have reloaded after it was read above and before the subscription stood: that reload told nobody.
        Reload();
    }

    /// <summary>A policy changed while running. Told in the order of the changes, on a thread that reloads, with no lock held.</summary>
    /// <remarks>
    /// Who also takes a first policy from <see cref="For"/> subscribes before, and takes it from <see cref="For"/> under one lock both times. Else:
    /// it reads 10 s from <see cref="For"/>, a reload tells 5 s and is adopted, and then the first 10 s is adopted over it.
    /// </remarks>
    public event Action<CachedQuery, QueryPolicy>? Changed;

    /// <summary>How often a reload was refused for a query, or named one that does not exist.</summary>
    public long RefusedReloads => Interlocked.Read(ref _refusedReloads);

    /// <summary>The policy in force for a query.</summary>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the query.</exception>
    public QueryPolicy For(CachedQuery query) => _policies.GetValueOrDefault(query) ?? throw new UnknownDeclarationException(
        query.DeclarationKind, query.Name, "Add the catalog that declares it with AddFreshet().Add<TCatalog>().");

    /// <summary>Stops following configuration. The policies stay as they are.</summary>
    public void Dispose() => _subscription?.Dispose();

    // ChangeToken.OnChange runs one call of this at a time, and once more for a change that came meanwhile, so what is told after the
    // lock is released is told in the order of the changes. The constructor's own call runs before anybody can listen.
    private void Reload()
    {
        IReadOnlyList<PolicyOverride> overrides;
        var changes = new List<Change>();
        lock (_gate)
        {
            overrides = PolicyOverrides.Read(_section, _model.Queries, _keyspaceMax);
            var before = _policies;
            _policies = Applied(overrides, before);
            foreach (var (query, policy) in _policies)
            {
                if (before[query] != policy) changes.Add(new Change(query, before[query], policy));
            }
        }
        foreach (var refused in overrides.Where(entry => entry.Faults.Count > 0)) Refuse(refused);
        foreach (var change in changes) Tell(change);
    }

    private void Refuse(PolicyOverride refused)
    {
        Interlocked.Increment(ref _refusedReloads);
        foreach (var fault in refused.Faults) _log.PolicyRefused(fault.DeclarationKind, fault.Declaration, fault.What, fault.WayOut);
    }

    /// <summary>Every query's policy: configured, else declared; the previous one where configuration has faults.</summary>
    private FrozenDictionary<CachedQuery, QueryPolicy> Applied(IReadOnlyList<PolicyOverride> overrides, FrozenDictionary<CachedQuery, QueryPolicy> before)
    {
        var policies = _model.Queries.ToDictionary(declared => declared.Declaration, declared => declared.Policy);
        foreach (var entry in overrides)
        {
            if (entry.Query is null) continue;
            var query = entry.Query.Declaration;
            policies[query] = entry.Faults.Count == 0 ? entry.Policy! : before[query];
        }
        return policies.ToFrozenDictionary();
    }

    private void Tell(Change change)
    {
        if (_log.IsEnabled(LogLevel.Information)) _log.PolicyChanged(change.Query.Name, change.ToString());
        foreach (var listener in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<CachedQuery, QueryPolicy>)listener)(change.Query, change.After);
            }
            catch (Exception failed)
            {
                _log.PolicyListenerFailed(failed, change.Query.Name);
            }
        }
    }

    private sealed record Change(CachedQuery Query, QueryPolicy Before, QueryPolicy After)
    {
        /// <summary>The knobs that changed: <c>StaleTime 00:00:30 -> 00:00:05</c>.</summary>
        public override string ToString() => string.Join(", ", PolicyKnob.All
            .Where(knob => knob.Text(Before) != knob.Text(After))
            .Select(knob => $"{knob.Name} {knob.Text(Before)} -> {knob.Text(After)}"));
    }
}

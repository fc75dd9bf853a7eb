using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>The meter <c>Freshet</c>: counters kept by the queries, read when a listener asks.</summary>
internal sealed class FreshetMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Freshet";

    private readonly Meter _meter;

    public FreshetMeter(FreshetService freshet, PolicyBook policies, IMeterFactory? factory)
    {
        var (queries, node) = (freshet.Runtimes, freshet.Node);
        _meter = factory is null ? new Meter(Name) : factory.Create(Name);
        _meter.CreateObservableCounter("freshet.requests", () => queries.SelectMany(Requests), "{request}", "Reads by cached query and result.");
        _meter.CreateObservableCounter("freshet.loads", () => queries.SelectMany(Loads), "{load}", "Loads by cached query and outcome.");
        _meter.CreateObservableCounter("freshet.load.time", () => queries.Select(query => new Measurement<double>(query.Counters.LoadSeconds, Query(query))), "s", "Time spent in loaders, by cached query.");
        _meter.CreateObservableCounter("freshet.screens", () => freshet.ScreenCounters.SelectMany(Screens), "{screen}", "Screens read as a set, by screen and result.");
        _meter.CreateObservableCounter("freshet.policies.refused", () => policies.RefusedReloads, "{reload}", "Policies that a configuration reload could not loosen or set.");
        _meter.CreateObservableGauge("freshet.entries", () => queries.Select(query => new Measurement<long>(query.EntryCount, Query(query))), "{entry}", "Entries in memory, by cached query.");
        _meter.CreateObservableGauge("freshet.bytes", () => queries.Select(query => new Measurement<long>(query.Store.Bytes, Query(query))), "By", "Estimated bytes of the entries in memory, by cached query.");
        _meter.CreateObservableCounter("freshet.evictions", () => queries.SelectMany(Evictions), "{entry}", "Entries that left memory or were refused by it, by cached query and reason.");
        _meter.CreateObservableGauge("freshet.marks", () => node.Applied.Marks.Count, "{tag}", "Tags this node keeps a mark for.");
        _meter.CreateObservableGauge("freshet.log.position", () => node.Applied.Position.Position, "{record}", "Position this node has applied.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Requests(QueryRuntime query)
    {
        var counters = query.Counters;
        yield return new(counters.Hits, Query(query), new("result", "hit"));
        yield return new(counters.Stale, Query(query), new("result", "stale"));
        yield return new(counters.Misses, Query(query), new("result", "miss"));
        yield return new(counters.Joins, Query(query), new("result", "joined"));
        yield return new(counters.LastGoods, Query(query), new("result", "last-good"));
        yield return new(counters.Bypasses, Query(query), new("result", "bypass"));
    }

    private static IEnumerable<Measurement<long>> Loads(QueryRuntime query)
    {
        yield return new(query.Counters.Loads - query.Counters.FailedLoads, Query(query), new("outcome", "loaded"));
        yield return new(query.Counters.FailedLoads, Query(query), new("outcome", "failed"));
    }

    private static IEnumerable<Measurement<long>> Screens(KeyValuePair<Screen, ScreenCounters> screen)
    {
        yield return new(screen.Value.Coherent, new("screen", screen.Key.Name), new("result", "coherent"));
        yield return new(screen.Value.Incoherent, new("screen", screen.Key.Name), new("result", "incoherent"));
    }

    private static IEnumerable<Measurement<long>> Evictions(QueryRuntime query)
    {
        foreach (var reason in EvictionCounters.Reasons)
            yield return new(query.Store.Evictions[reason], Query(query), new("reason", EvictionCounters.TextOf(reason)));
    }

    private static KeyValuePair<string, object?> Query(QueryRuntime query) => new("query", query.Name);
}

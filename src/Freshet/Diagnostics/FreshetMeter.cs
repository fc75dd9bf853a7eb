using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>The meter <c>Freshet</c>: counters kept by the queries, read when a listener asks.</summary>
internal sealed class FreshetMeter : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Freshet";

    // From a key lookup in the same rack to a report that should not be a cached query, in seconds.
    private static readonly double[] _durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;

    public FreshetMeter(
        FreshetService freshet, PolicyBook policies, InvalidationCounters invalidations, FreshnessWarnings warnings, ListenerFailures failures, IMeterFactory? factory)
    {
        var (queries, node) = (freshet.Runtimes, freshet.Node);
        _meter = factory is null ? new Meter(Name) : factory.Create(Name);
        _meter.CreateObservableCounter("freshet.requests", () => queries.SelectMany(Requests), "{request}", "Reads by cached query and result.");
        _meter.CreateObservableCounter("freshet.requests.unconfirmed", () => queries.SelectMany(Unconfirmed), "{request}", "Reads for which this node could not confirm in time that it is current, by cached query and outcome.");
        _meter.CreateObservableCounter("freshet.requests.held", () => queries.Select(query => new Measurement<long>(query.Counters.Held, Query(query))), "{request}", "Reads that asked the source because of a hold, by cached query.");
        _meter.CreateObservableCounter("freshet.loads", () => queries.SelectMany(Loads), "{load}", "Loads by cached query and outcome.");
        Count("freshet.loads.queued", "{load}", "Loads that waited for a turn at the source, by cached query.", loads => loads.Queued);
        Count("freshet.loads.rejected", "{load}", "Loads that got no turn at the source, by cached query.", loads => loads.Rejected);
        Count("freshet.loads.early", "{load}", "Loads started before the value had died, by cached query.", loads => loads.Early);
        Count("freshet.loads.outwaited", "{request}", "Reads that were answered before a slow load ended, by cached query.", loads => loads.Outwaited);
        _meter.CreateObservableUpDownCounter("freshet.loads.running", () => queries.Select(query => new Measurement<long>(query.LoadsRunning, Query(query))), "{load}", "Loads that have their turn at the source, by cached query.");
        _meter.CreateObservableCounter("freshet.screens", () => freshet.ScreenCounters.SelectMany(Screens), "{screen}", "Screens read as a set, by screen and result.");
        _meter.CreateObservableCounter("freshet.invalidations", () => invalidations.All.Select(Invalidations), "{invalidation}", "Tags invalidated by this node, by event, call, trigger, kind of tag and kind of invalidation.");
        _meter.CreateObservableCounter("freshet.policies.refused", () => policies.RefusedReloads, "{reload}", "Policies that a configuration reload could not loosen or set.");
        _meter.CreateObservableGauge("freshet.entries", () => queries.Select(query => new Measurement<long>(query.EntryCount, Query(query))), "{entry}", "Entries in memory, by cached query.");
        _meter.CreateObservableGauge("freshet.bytes", () => queries.Select(query => new Measurement<long>(query.Store.Bytes, Query(query))), "By", "Estimated bytes of the entries in memory, by cached query.");
        _meter.CreateObservableCounter("freshet.evictions", () => queries.SelectMany(Evictions), "{entry}", "Entries that left memory or were refused by it, by cached query and reason.");
        _meter.CreateObservableGauge("freshet.marks", () => node.Applied.Marks.Count, "{tag}", "Tags this node keeps a mark for.");
        _meter.CreateObservableGauge("freshet.log.position", () => node.Applied.Position.Position, "{record}", "Position this node has applied.");
        _meter.CreateObservableCounter("freshet.warnings", () => warnings.Given.Select(Warnings), "{warning}", "Warnings given, by warning and subject.");
        ReportEach(queries, failures);

        void Count(string name, string unit, string description, Func<LoadCounters, long> count) => _meter.CreateObservableCounter(
            name, () => queries.Select(query => new Measurement<long>(count(query.Counters.Loads), Query(query))), unit, description);
    }

    public void Dispose() => _meter.Dispose();

    private void ReportEach(RuntimeList queries, ListenerFailures failures)
    {
        var duration = _meter.CreateHistogram("freshet.load.duration", "s", "How long loads take, by cached query and outcome.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = _durations });
        var judged = _meter.CreateCounter<long>("freshet.invalidations.judged", "{entry}", "Outdated entries that could be compared with the value that replaced them, by cached query.");
        var wasted = _meter.CreateCounter<long>("freshet.invalidations.wasted", "{entry}", "Outdated entries that were replaced by the same value, by cached query.");
        queries.ForEach(query => query.Counters.ReportTo(new QueryInstruments(query.Name, duration, judged, wasted, failures)));
    }

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

    private static IEnumerable<Measurement<long>> Unconfirmed(QueryRuntime query)
    {
        yield return new(query.Counters.ServedUnconfirmed, Query(query), new("outcome", "served"));
        yield return new(query.Counters.RefusedUnconfirmed, Query(query), new("outcome", "source"));
    }

    private static IEnumerable<Measurement<long>> Loads(QueryRuntime query)
    {
        var loads = query.Counters.Loads;
        yield return new(loads.Loaded, Query(query), new("outcome", LoadOutcome.Loaded));
        yield return new(loads.Failed, Query(query), new("outcome", LoadOutcome.Failed));
        yield return new(loads.TimedOut, Query(query), new("outcome", LoadOutcome.TimedOut));
        yield return new(loads.Late, Query(query), new("outcome", LoadOutcome.Late));
    }

    private static IEnumerable<Measurement<long>> Screens(KeyValuePair<Screen, ScreenCounters> screen)
    {
        yield return new(screen.Value.Coherent, new("screen", screen.Key.Name), new("result", "coherent"));
        yield return new(screen.Value.Incoherent, new("screen", screen.Key.Name), new("result", "incoherent"));
    }

    private static Measurement<long> Invalidations(KeyValuePair<InvalidationSort, long> counted) => new(
        counted.Value,
        new("event", counted.Key.Event ?? ""), new("call", counted.Key.Call), new("trigger", Kebab.Of(counted.Key.Trigger)),
        new("tag", counted.Key.TagKind), new("kind", Kebab.Of(counted.Key.Kind)));

    private static Measurement<long> Warnings((string Warning, string Subject) given) =>
        new(1, new("warning", given.Warning), new("subject", given.Subject));

    private static IEnumerable<Measurement<long>> Evictions(QueryRuntime query)
    {
        foreach (var reason in EvictionCounters.Reasons)
            yield return new(query.Store.Evictions[reason], Query(query), new("reason", EvictionCounters.TextOf(reason)));
    }

    private static KeyValuePair<string, object?> Query(QueryRuntime query) => new("query", query.Name);
}

using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>What the meter <c>Freshet</c> tells of the second level.</summary>
internal sealed class SecondLevelMeter : IDisposable
{
    private readonly Meter _meter;

    public SecondLevelMeter(FreshetService freshet, ListenerFailures failures, IMeterFactory? factory)
    {
        _meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        var queries = freshet.Runtimes;
        Count<SecondLevelResult>("freshet.second-level.requests", "{request}", "Questions to the second level, by cached query and result.", "result", (counters, result) => counters[result]);
        Count<StoreResult>("freshet.second-level.stores", "{entry}", "Values to be stored in the second level, by cached query and result.", "result", (counters, result) => counters[result]);
        Count<LockWaitResult>("freshet.second-level.lock-waits", "{wait}", "Waits for another node's load, by cached query and result.", "result", (counters, result) => counters[result]);
        var payload = _meter.CreateHistogram<long>("freshet.second-level.entry.size", "By", "Bytes of the entries handed to the second level, by cached query.");
        queries.ForEach(query => query.SecondLevelCounters?.ReportTo(bytes => Record(payload, query, bytes, failures)));

        void Count<T>(string name, string unit, string description, string dimension, Func<SecondLevelCounters, T, long> count) where T : struct, Enum
        {
            var results = Enum.GetValues<T>();
            _meter.CreateObservableCounter(
                name,
                () => queries.Where(query => query.SecondLevelCounters is not null).SelectMany(
                    query => results, (query, result) => new Measurement<long>(count(query.SecondLevelCounters!, result), Query(query), new(dimension, Kebab.Of(result)))),
                unit, description);
        }
    }

    public void Dispose() => _meter.Dispose();

    private static void Record(Histogram<long> payload, QueryRuntime query, int bytes, ListenerFailures failures)
    {
        if (!payload.Enabled) return;
        try
        {
            payload.Record(bytes, Query(query));
        }
#pragma warning disable CA1031 // A listener's own failure: the value is to be stored all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failures.Note(error);
        }
    }

    private static KeyValuePair<string, object?> Query(QueryRuntime query) => new("query", query.Name);
}

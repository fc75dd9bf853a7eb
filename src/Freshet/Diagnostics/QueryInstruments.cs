using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>What is reported one by one for a cached query, while somebody listens, rather than counted and asked for.</summary>
/// <param name="query">Name of the query.</param>
/// <param name="loadDuration">How long loads take, by outcome.</param>
/// <param name="judged">Outdated entries that were compared with their successors.</param>
/// <param name="wasted">Those that had the same value.</param>
/// <param name="failures">Where a listener's own failure goes.</param>
internal sealed class QueryInstruments(
    string query, Histogram<double> loadDuration, Counter<long> judged, Counter<long> wasted, ListenerFailures failures)
{
    private readonly KeyValuePair<string, object?> _query = new("query", query);

    public ListenerFailures Failures => failures;

    public bool TimesLoads => loadDuration.Enabled;

    public void RecordLoad(TimeSpan took, string outcome)
    {
        if (!loadDuration.Enabled) return;
        try
        {
            loadDuration.Record(took.TotalSeconds, _query, new KeyValuePair<string, object?>("outcome", outcome));
        }
#pragma warning disable CA1031 // A listener's own failure: the load has ended, and its readers wait for the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failures.Note(error);
        }
    }

    /// <summary>Compares a value with the one that replaced it after an invalidation.</summary>
    public void CountReplaced<TValue>(TValue before, TValue after)
    {
        if (!wasted.Enabled && !judged.Enabled) return;
        try
        {
            if (ValueEquality.Compare(before, after) is not { } same) return;
            judged.Add(1, _query);
            if (same) wasted.Add(1, _query);
        }
#pragma warning disable CA1031 // The value's own Equals, or a listener: neither is the load's business.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failures.Note(error);
        }
    }
}

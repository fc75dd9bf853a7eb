using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>What the meter <c>Freshet</c> tells of a log that several nodes share.</summary>
internal sealed class SharedLogMeter : IDisposable
{
    // From an acknowledgement in the same rack to a lease that ran out, in seconds.
    private static readonly double[] _waits = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private readonly Meter _meter;

    public SharedLogMeter(SharedLog log, Node node, IMeterFactory? factory)
    {
        var counters = log.Counters;
        _meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        _meter.CreateObservableCounter("freshet.log.exchanges", () => Exchanges(counters), "{exchange}", "Exchanges with the shared log, by outcome.");
        _meter.CreateObservableCounter("freshet.log.applied", () => counters.Applied, "{record}", "Records this node has applied.");
        _meter.CreateObservableCounter("freshet.log.gaps", () => counters.Gaps, "{gap}", "Messages of the log that showed that earlier ones were missed.");
        _meter.CreateObservableCounter("freshet.log.resets", () => Resets(counters), "{reset}", "How often everything this node had became outdated, by reason.");
        _meter.CreateObservableCounter("freshet.log.reconnects", () => counters.Reconnects, "{connection}", "How often the connection to the shared log came back.");
        _meter.CreateObservableGauge("freshet.log.lag", () => log.Lag, "{record}", "Records the shared log is known to have and this node has not applied.");
        _meter.CreateObservableGauge("freshet.log.unconfirmed", () => log.Unconfirmed.TotalSeconds, "s", "How long ago this node last was known to be at the shared log's head.");
        _meter.CreateObservableGauge("freshet.log.pending", () => log.Pending.Count, "{record}", "Records this node has raised and the shared log has not taken.");
        _meter.CreateObservableGauge("freshet.lease.held", () => node.Confirmation!.HoldsLease ? 1 : 0, "{lease}", "1 while this node may serve high queries from memory.");
        _meter.CreateObservableCounter("freshet.lease.waited-out", () => counters.WaitedOut.Select(each => new Measurement<long>(each.Value, new KeyValuePair<string, object?>("node", each.Key))), "{write}", "Writes of this node that waited until another's lease had run out, by that node.");
        counters.Use(_meter.CreateHistogram("freshet.lease.wait", "s", "How long finished writes waited for other nodes' leases, by outcome.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = _waits }));
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Exchanges(SharedLogCounters counters)
    {
        yield return new(counters.Exchanges, new KeyValuePair<string, object?>("outcome", "confirmed"));
        yield return new(counters.FailedExchanges, new KeyValuePair<string, object?>("outcome", "failed"));
    }

    private static IEnumerable<Measurement<long>> Resets(SharedLogCounters counters)
    {
        yield return new(counters.NewEpochs, new KeyValuePair<string, object?>("reason", "epoch-changed"));
        yield return new(counters.Trims, new KeyValuePair<string, object?>("reason", "trimmed"));
        yield return new(counters.Unreadable, new KeyValuePair<string, object?>("reason", "unreadable"));
    }
}

using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>What the meter <c>Freshet</c> tells of holds.</summary>
internal sealed class HoldMeter : IDisposable
{
    // From a commit on the same machine to the default limit, in seconds.
    private static readonly double[] _durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;

    public HoldMeter(HoldCounters counters, Node node, IMeterFactory? factory)
    {
        _meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        _meter.CreateObservableGauge("freshet.holds.standing", () => node.Applied.Holds?.Count ?? 0, "{hold}", "Holds that stand on this node, whoever placed them.");
        _meter.CreateObservableCounter("freshet.holds", () => Ended(counters), "{hold}", "Holds of this node's actions, by outcome.");
        _meter.CreateObservableCounter("freshet.holds.overdue", () => counters.Overdue, "{hold}", "Overdue holds, of whichever node, that this one has ended.");
        counters.Use(_meter.CreateHistogram("freshet.hold.duration", "s", "How long holds of this node's actions stood.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = _durations }));
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Ended(HoldCounters counters)
    {
        foreach (var outcome in Enum.GetValues<HoldOutcome>()) yield return new(counters[outcome], new KeyValuePair<string, object?>("outcome", Kebab.Of(outcome)));
    }
}

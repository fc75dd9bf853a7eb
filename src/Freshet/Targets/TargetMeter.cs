using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>What the meter <c>Freshet</c> tells of cache targets.</summary>
internal sealed class TargetMeter : IDisposable
{
    private readonly Meter _meter;

    public TargetMeter(CacheTargets targets, IMeterFactory? factory)
    {
        _meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        _meter.CreateObservableCounter("freshet.targets.invalidations", () => All(targets).SelectMany(Invalidations), "{invalidation}", "Invalidations delivered, by target and outcome.");
        _meter.CreateObservableCounter("freshet.targets.resets", () => All(targets).SelectMany(Resets), "{reset}", "Resets, by target and outcome.");
        _meter.CreateObservableCounter("freshet.targets.unawaited", () => All(targets).Select(each => new Measurement<long>(each.Counters.Unawaited, Target(each))), "{answer}", "Answers that left before the target had applied their records, by target.");
        _meter.CreateObservableGauge("freshet.targets.outdated", () => targets.Followers.Select(each => new Measurement<int>(each.OwesReset ? 1 : 0, new KeyValuePair<string, object?>("target", each.Name))), "{target}", "1 while the target has missed something and could not be reset yet, by target.");
        _meter.CreateObservableGauge("freshet.targets.lag", () => All(targets).Select(each => new Measurement<long>(each.Lag, Target(each))), "{record}", "Records the target has not been told yet, by target.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<(string Name, TargetCounters Counters, long Lag)> All(CacheTargets targets)
    {
        var isMemoryFollowed = false;
        foreach (var follower in targets.Followers)
        {
            isMemoryFollowed |= follower.Name == targets.MemoryName;
            yield return (follower.Name, follower.Counters, follower.Lag);
        }
        if (targets.MemoryName is { } memory && !isMemoryFollowed) yield return (memory, targets.MemoryCounters, 0);
    }

    private static IEnumerable<Measurement<long>> Invalidations((string Name, TargetCounters Counters, long Lag) each)
    {
        yield return new(each.Counters.Applied, Target(each), new("outcome", "applied"));
        yield return new(each.Counters.Observed, Target(each), new("outcome", "observed"));
        yield return new(each.Counters.Failed, Target(each), new("outcome", "failed"));
    }

    private static IEnumerable<Measurement<long>> Resets((string Name, TargetCounters Counters, long Lag) each)
    {
        yield return new(each.Counters.ResetsApplied, Target(each), new("outcome", "applied"));
        yield return new(each.Counters.ResetsObserved, Target(each), new("outcome", "observed"));
        yield return new(each.Counters.ResetsFailed, Target(each), new("outcome", "failed"));
    }

    private static KeyValuePair<string, object?> Target((string Name, TargetCounters Counters, long Lag) each) => new("target", each.Name);
}

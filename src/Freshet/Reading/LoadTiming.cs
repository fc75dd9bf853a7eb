namespace Freshet;

/// <summary>How long a loader takes: to the millisecond, and finer while somebody listens to it.</summary>
/// <remarks>
/// What the engine itself does with it, refreshing early and telling of late loaders, needs no finer time. Two readings of the fine
/// clock cost a load that ends at once a tenth of its time.
/// </remarks>
internal readonly struct LoadTiming
{
    private readonly long _started; // by the fine clock; or below zero, the complement of the node's: every load has one of these

    private LoadTiming(long started) => _started = started;

    public static LoadTiming Start(QueryRuntime query) => new(query.Counters.TimesLoads ? query.Clock.Time.GetTimestamp() : ~query.Clock.Now);

    public TimeSpan Elapsed(QueryRuntime query) =>
        _started >= 0 ? query.Clock.Time.GetElapsedTime(_started) : TimeSpan.FromMilliseconds(query.Clock.Now - ~_started);
}

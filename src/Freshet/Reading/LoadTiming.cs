namespace Freshet;

/// <summary>How long a loader takes: to the millisecond, and finer while somebody listens to it.</summary>
/// <remarks>
/// What the engine itself does with it, refreshing early and telling of late loaders, needs no finer time. Two readings of the fine
/// clock cost a load that ends at once a tenth of its time.
/// </remarks>
internal readonly struct LoadTiming
{
    private readonly long _started;
    private readonly bool _isFine;

    private LoadTiming(long started, bool isFine)
    {
        _started = started;
        _isFine = isFine;
    }

    public static LoadTiming Start(QueryRuntime query) =>
        query.Counters.TimesLoads ? new(query.Clock.Time.GetTimestamp(), isFine: true) : new(query.Clock.Now, isFine: false);

    public TimeSpan Elapsed(QueryRuntime query) =>
        _isFine ? query.Clock.Time.GetElapsedTime(_started) : TimeSpan.FromMilliseconds(query.Clock.Now - _started);
}

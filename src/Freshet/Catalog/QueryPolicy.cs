namespace Freshet;

/// <summary>May a browser show the result of a mutation before the server has answered?</summary>
public enum OptimisticUpdates
{
    /// <summary>No: what a person sees is what is committed.</summary>
    Refused,

    /// <summary>Yes, and the old value is put back when the mutation fails.</summary>
    WithRollback,

    /// <summary>Yes.</summary>
    Allowed,
}

/// <summary>What a cached query promises, knob by knob. The defaults come from its level; a query or configuration may tighten them.</summary>
public sealed record QueryPolicy
{
    /// <summary>How far behind a finished write a node may be when it answers from its cache. Zero: not at all. Default: high zero, medium 2 seconds, low 60 seconds.</summary>
    public required TimeSpan MaxStaleness { get; init; }

    /// <summary>Whether a value whose tag was marked stale may be served once more while one load replaces it. Default: high false, medium and low true.</summary>
    public required bool ServeStale { get; init; }

    /// <summary>How long a node may serve unconfirmed values while the log cannot be reached. Default: high zero, medium 30 seconds, low 1 hour.</summary>
    public required TimeSpan OutageGrace { get; init; }

    /// <summary>How long the last good value may be served while the loader fails. Default: high zero, medium 30 seconds, low 1 day.</summary>
    public required TimeSpan StaleOnError { get; init; }

    /// <summary>When an entry dies, whatever happens; counted from before its load began, varied by 10 % so that entries written together do not die together. Default: high 2 minutes, at most 10; medium 10 minutes, at most 1 hour; low 1 hour, at most <see cref="FreshetOptions.MaxTimeToLive"/>.</summary>
    public required TimeSpan TimeToLive { get; init; }

    /// <summary>How long a browser shows the value without asking again. Default: high zero, medium 30 seconds, low 5 minutes.</summary>
    public required TimeSpan StaleTime { get; init; }

    /// <summary>Whether a browser asks again when its window regains focus. Default: high and medium true, low false.</summary>
    public required bool RefetchOnFocus { get; init; }

    /// <summary>Whether a browser may show the expected result of a mutation before the answer. Default: high <see cref="OptimisticUpdates.Refused"/>, medium <see cref="OptimisticUpdates.WithRollback"/>, low <see cref="OptimisticUpdates.Allowed"/>.</summary>
    public required OptimisticUpdates Optimistic { get; init; }

    /// <summary>How long a loader may take. Then its readers get a <see cref="LoadTimeoutException"/>, or the last good value where <see cref="StaleOnError"/> accepts one. Default: 30 seconds, whatever the level; at most 1 hour.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a read waits for a load before it is answered with the last good value, where <see cref="StaleOnError"/> accepts one; the load goes on. Default: zero, it waits for the load.</summary>
    public TimeSpan SoftTimeout { get; init; }

    /// <summary>Most loads of this query that ask the source at the same time; the others queue in the order they came. Default: 64, whatever the level; at least 1, at most 10,000.</summary>
    public int MaxConcurrentLoads { get; init; } = 64;

    /// <summary>Whether a value that is about to die is loaded anew in the background by a read shortly before, so that no reader has to wait for it. Default: true.</summary>
    public bool EarlyRefresh { get; init; } = true;

    /// <summary>How long a read waits for the part of the cache that lies outside this process: the second level, or the log's confirmation that this node is current. Then it goes on without, as its level allows, and is counted. Default: high 500 ms, medium and low 250 ms; at least 1 ms, at most 10 seconds.</summary>
    public TimeSpan CacheTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the node that loads for all may take before the others stop waiting and load too, where the query is declared <c>WithLoadLock</c>. Default: 3 seconds, whatever the level; at least 1 ms, at most 1 minute.</summary>
    public TimeSpan LoadLockLapse { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The defaults of a level.</summary>
    public static QueryPolicy For(RiskLevel level) => level switch
    {
        RiskLevel.High => _high,
        RiskLevel.Medium => _medium,
        RiskLevel.Low => _low,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Use High, Medium or Low."),
    };

    private static readonly QueryPolicy _high = new()
    {
        MaxStaleness = TimeSpan.Zero,
        ServeStale = false,
        OutageGrace = TimeSpan.Zero,
        StaleOnError = TimeSpan.Zero,
        TimeToLive = TimeSpan.FromMinutes(2),
        StaleTime = TimeSpan.Zero,
        RefetchOnFocus = true,
        Optimistic = OptimisticUpdates.Refused,
        CacheTimeout = TimeSpan.FromMilliseconds(500),
    };

    private static readonly QueryPolicy _medium = new()
    {
        MaxStaleness = TimeSpan.FromSeconds(2),
        ServeStale = true,
        OutageGrace = TimeSpan.FromSeconds(30),
        StaleOnError = TimeSpan.FromSeconds(30),
        TimeToLive = TimeSpan.FromMinutes(10),
        StaleTime = TimeSpan.FromSeconds(30),
        RefetchOnFocus = true,
        Optimistic = OptimisticUpdates.WithRollback,
    };

    private static readonly QueryPolicy _low = new()
    {
        MaxStaleness = TimeSpan.FromSeconds(60),
        ServeStale = true,
        OutageGrace = TimeSpan.FromHours(1),
        StaleOnError = TimeSpan.FromDays(1),
        TimeToLive = TimeSpan.FromHours(1),
        StaleTime = TimeSpan.FromMinutes(5),
        RefetchOnFocus = false,
        Optimistic = OptimisticUpdates.Allowed,
    };
}

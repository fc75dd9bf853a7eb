namespace Freshet;

/// <summary>How loose the policy of a cached query may be, by its level. A query, and configuration, may tighten every knob and loosen none beyond this.</summary>
/// <remarks>
/// A level's defaults are its limits, but for the knobs that are no promise of freshness: <see cref="QueryPolicy.TimeToLive"/> is a
/// safety net, which a query may raise up to <see cref="MaxTimeToLive"/>, and how the source is asked is each query's own affair, so
/// <see cref="QueryPolicy.LoadTimeout"/>, <see cref="QueryPolicy.MaxConcurrentLoads"/>, <see cref="QueryPolicy.CacheTimeout"/> and
/// <see cref="QueryPolicy.LoadLockLapse"/> have one limit for all levels.
/// <see cref="QueryPolicy.SoftTimeout"/> is refused where no old value is accepted anyway.
/// </remarks>
public static class LevelLimits
{
    /// <summary>The loosest policy that a query of a level may have in a keyspace: each knob at its limit.</summary>
    /// <param name="level">The query's level.</param>
    /// <param name="keyspaceMax">The keyspace's <see cref="FreshetOptions.MaxTimeToLive"/>, which no query exceeds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is none of the three.</exception>
    public static QueryPolicy For(RiskLevel level, TimeSpan keyspaceMax)
    {
        var defaults = QueryPolicy.For(level);
        return defaults with
        {
            TimeToLive = MaxTimeToLive(level) is { } most && most < keyspaceMax ? most : keyspaceMax,
            LoadTimeout = TimeSpan.FromHours(1),
            SoftTimeout = defaults.StaleOnError,
            MaxConcurrentLoads = 10_000,
            CacheTimeout = TimeSpan.FromSeconds(10),
            LoadLockLapse = TimeSpan.FromMinutes(1),
        };
    }

    /// <summary>The longest time to live of a level: high 10 minutes, medium 1 hour; null for low, where only the keyspace's maximum holds.</summary>
    public static TimeSpan? MaxTimeToLive(RiskLevel level) => level switch
    {
        RiskLevel.High => TimeSpan.FromMinutes(10),
        RiskLevel.Medium => TimeSpan.FromHours(1),
        _ => null,
    };

    /// <summary>The policy a query starts from: its level's defaults, with a time to live no longer than the keyspace allows.</summary>
    internal static QueryPolicy Defaults(RiskLevel level, TimeSpan keyspaceMax)
    {
        var defaults = QueryPolicy.For(level);
        return defaults.TimeToLive <= keyspaceMax ? defaults : defaults with { TimeToLive = keyspaceMax };
    }
}

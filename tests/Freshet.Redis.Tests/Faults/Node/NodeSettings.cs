namespace Freshet.Redis.Tests.Faults;

/// <summary>What happens in a node to what the log tells it without being asked.</summary>
internal enum Telling
{
    /// <summary>Nothing.</summary>
    Undisturbed,

    /// <summary>No record is told of.</summary>
    Dropped,

    /// <summary>Each message comes late, twice, and in no order.</summary>
    Disordered,
}

/// <summary>How a node is started. Times are in milliseconds.</summary>
internal sealed record NodeSettings
{
    public required string Name { get; init; }

    /// <summary>Where the log is.</summary>
    public required string Log { get; init; }

    /// <summary>Where the source is.</summary>
    public required string Source { get; init; }

    /// <summary>Whether the nodes share what they load.</summary>
    public bool SecondLevel { get; init; } = true;

    public int LeaseDuration { get; init; } = 300;

    public int LeaseMargin { get; init; } = 100;

    public int ExchangeInterval { get; init; } = 75;

    public int ExchangeTimeout { get; init; } = 400;

    public int AppendTimeout { get; init; } = 500;

    /// <summary>The longest that a load takes after it has read the source.</summary>
    public int LongestLoad { get; init; } = 6;

    public int MaxConcurrentLoads { get; init; } = 64;

    public int TimeToLive { get; init; } = 60_000;

    public Telling Telling { get; init; }

    /// <summary>How far the node's wall clock is off, in seconds; null for the machine's own clock.</summary>
    public int? WallClockOff { get; init; }

    public bool AcceptEviction { get; init; }

    /// <summary>With the defaults of a lease, as an application would have them.</summary>
    public NodeSettings WithDefaultLease()
    {
        var defaults = new SharedLogOptions();
        return this with
        {
            LeaseDuration = (int)defaults.LeaseDuration.TotalMilliseconds,
            LeaseMargin = (int)defaults.LeaseMargin.TotalMilliseconds,
            ExchangeInterval = (int)defaults.ExchangeInterval.TotalMilliseconds,
            ExchangeTimeout = (int)defaults.ExchangeTimeout.TotalMilliseconds,
            AppendTimeout = (int)defaults.AppendTimeout.TotalMilliseconds,
        };
    }
}

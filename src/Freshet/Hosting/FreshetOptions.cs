namespace Freshet;

/// <summary>Settings of one keyspace. Bound from the configuration section <c>Freshet</c>.</summary>
public sealed class FreshetOptions
{
    /// <summary>Name of the configuration section: <c>Freshet</c>.</summary>
    public const string Section = "Freshet";

    /// <summary>What shares one log: the first part of every key. Default: <c>app</c>.</summary>
    public string Keyspace { get; set; } = "app";

    /// <summary>The longest any entry may live, whatever its query says. Default: 1 day. At least 1 second, at most 30 days.</summary>
    /// <remarks>Bookkeeping older than this can be forgotten, so it bounds memory too. A query that declares more does not start.</remarks>
    public TimeSpan MaxTimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How many log records this node keeps for followers of the log, such as a live view. Default: 10,000. At least 1.</summary>
    public int LogRetention { get; set; } = 10_000;

    /// <summary>How often entries past their time to live are removed and unused bookkeeping is forgotten. Default: 10 seconds. At least 100 ms, at most 1 hour.</summary>
    /// <remarks>An entry past its time to live is never served, removed or not; this only returns its memory.</remarks>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);
}

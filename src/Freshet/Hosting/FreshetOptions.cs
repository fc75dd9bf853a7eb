using System.Text.Json;

namespace Freshet;

/// <summary>Settings of one keyspace. Bound from the configuration section <c>Freshet</c>.</summary>
public sealed class FreshetOptions
{
    /// <summary>Name of the configuration section: <c>Freshet</c>.</summary>
    public const string Section = "Freshet";

    internal const long LeastMaxBytes = 1L << 20;

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

    /// <summary>Most entries this node keeps in memory, over all cached queries together. Default: 1,000,000. At least 1.</summary>
    /// <remarks>Past it, entries that were not read lately are evicted. Where values are large, <see cref="MaxBytes"/> is reached first.</remarks>
    public int MaxEntries { get; set; } = 1_000_000;

    /// <summary>Most bytes this node's entries take, by estimate, over all cached queries together. Default: null, a quarter of the memory available to the process when it starts. At least 1 MB (1,048,576).</summary>
    /// <remarks>An entry estimated at more than a tenth of it is answered but not stored. What a value takes is told by <c>SizedBy</c>, or guessed from its type.</remarks>
    public long? MaxBytes { get; set; }

    /// <summary>How raised events are written where they leave the process, in a shared log or an outbox; always in camelCase. Default: null, by reflection. A trimmed application sets options with its source-generated types.</summary>
    public JsonSerializerOptions? EventJson { get; set; }

    /// <summary>How long a hold may stand before any node ends it by an expiry: longer than the longest transaction that writes what high queries show. Default: 30 seconds. At least 1 second, at most 1 hour. The same on every node.</summary>
    /// <remarks>While it stands, high queries with its tags ask their source. So this also is how long they do after a process was killed between the hold and the commit.</remarks>
    public TimeSpan HoldLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>When Freshet warns about how it is used.</summary>
    public FreshetWarningOptions Warnings { get; } = new();

    /// <summary>Whether every cache target only logs and counts what would be invalidated, and changes nothing. Default: false. Read when the application starts.</summary>
    /// <remarks>It covers targets: caches that are not Freshet's. What Freshet itself stores is kept fresh all the same.</remarks>
    public bool ObserveOnly { get; set; }

    /// <summary>How this node shares its log with others. Without a shared log it means nothing.</summary>
    public SharedLogOptions SharedLog { get; } = new();
}

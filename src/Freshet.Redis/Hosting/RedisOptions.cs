using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>Settings of the log that nodes share in Redis. Bound from the configuration section <c>Freshet:Redis</c>.</summary>
/// <remarks>The keyspace is <see cref="FreshetOptions.Keyspace"/>: nodes with the same keyspace on the same Redis share one log.</remarks>
public sealed class RedisOptions
{
    /// <summary>Name of the configuration section: <c>Freshet:Redis</c>.</summary>
    public const string Section = "Freshet:Redis";

    internal const int MinRecordBytesAllowed = 1024;
    internal const int MaxRecordBytesAllowed = 1 << 20;

    /// <summary>Where Redis is, as StackExchange.Redis writes it: <c>redis-1:6379,password=...</c>. Default: null, the <see cref="IConnectionMultiplexer"/> that the application has registered.</summary>
    /// <remarks>Freshet connects in the background and goes on trying (<c>abortConnect=false</c>), so an application starts without Redis.</remarks>
    public string? ConnectionString { get; set; }

    /// <summary>Makes or finds the connection, instead of <see cref="ConnectionString"/>. Default: null. Called at first use, and again at the next use when it throws.</summary>
    /// <remarks>What it returns stays the application's: Freshet does not close it.</remarks>
    public Func<IServiceProvider, Task<IConnectionMultiplexer>>? Connect { get; set; }

    /// <summary>How many records the log keeps for nodes that fell behind. Default: 100,000. At least 1, at most 10,000,000.</summary>
    /// <remarks>A node that missed more than that begins again with everything it holds outdated. Those appended between two exchanges are kept on top.</remarks>
    public int RecordRetention { get; set; } = 100_000;

    /// <summary>How long the log remembers the ids of records, so that one appended again is not doubled. Default: 1 hour. At least 1 minute, at most 7 days.</summary>
    /// <remarks>After up to twice this time an id is forgotten. A record appended again later invalidates its tags once more, which is safe.</remarks>
    public TimeSpan IdWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes of one record, its event's members included. Default: 64 KB (65,536). At least 1 KB, at most 1 MB. A larger one is refused before anything is written.</summary>
    public int MaxRecordBytes { get; set; } = 65_536;

    /// <summary>Whether to start on a Redis whose <c>maxmemory-policy</c> may evict the log. Default: false, which refuses to start.</summary>
    /// <remarks>Nothing outdated is served either way: a log that lost a part begins a new epoch. But then every node drops all it has cached, whenever Redis is full.</remarks>
    public bool AcceptEviction { get; set; }
}

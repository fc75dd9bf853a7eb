namespace Freshet.Redis;

/// <summary>Why Redis cannot keep the log.</summary>
public enum RedisFault
{
    /// <summary>It wants a user or password, and these are wrong or missing. Code: <c>redis-denied</c>.</summary>
    Denied,

    /// <summary>It is a replica, or writes are off. Code: <c>redis-read-only</c>.</summary>
    ReadOnly,

    /// <summary>It has no memory left to write. Code: <c>redis-full</c>.</summary>
    Full,

    /// <summary>It lacks scripts or what else the log needs. Code: <c>redis-unfit</c>.</summary>
    Unfit,

    /// <summary>The keyspace was written by a newer version of Freshet. Code: <c>redis-newer-format</c>.</summary>
    NewerFormat,

    /// <summary>It evicts keys that have no expiry, and so the log's. Code: <c>redis-evicts</c>.</summary>
    Evicts,
}

/// <summary>Redis answers, but cannot keep the log until something is changed. Nothing was appended.</summary>
public sealed class RedisLogException : FreshetException
{
    private RedisLogException(RedisFault fault, string code, string message, Exception? inner = null) : base(message, inner) => (Fault, Code) = (fault, code);

    /// <inheritdoc/>
    public override string Code { get; }

    /// <summary>What is wrong.</summary>
    public RedisFault Fault { get; }

    /// <summary>True when Redis is full or read-only: both may pass without this application.</summary>
    public override bool IsTransient => Fault is RedisFault.Full or RedisFault.ReadOnly;

    internal static RedisLogException Denied(Exception? inner) => new(
        RedisFault.Denied, "redis-denied",
        "Redis refused the user or password, or a command that the log needs. Correct user and password in the connection string; an ACL user needs the commands of scripts, hashes, lists, INFO, TIME and pub/sub on freshet:*.", inner);

    internal static RedisLogException ReadOnly(Exception? inner) => new(
        RedisFault.ReadOnly, "redis-read-only",
        "This Redis takes no writes: it is a replica, or its master is away. Name the master in the connection string, or every server of the set, so that the master is found.", inner);

    internal static RedisLogException Full(Exception? inner) => new(
        RedisFault.Full, "redis-full",
        "Redis is full (maxmemory), so no record can be appended. Raise maxmemory, move other data elsewhere, or lower Freshet:Redis:RecordRetention.", inner);

    internal static RedisLogException Unfit(Exception? inner) => new(
        RedisFault.Unfit, "redis-unfit",
        "This server cannot keep the log: it lacks scripts, INFO or a command of theirs. Use Redis 6 or newer, or Valkey, and leave EVAL, EVALSHA, INFO, TIME, PUBLISH, UNLINK and the commands of hashes and lists enabled.", inner);

    internal static RedisLogException NewerFormat(Exception? inner) => new(
        RedisFault.NewerFormat, "redis-newer-format",
        "This keyspace was written by a newer version of Freshet, whose format this one does not know. Upgrade this application, or give it another Freshet:Keyspace.", inner);

    internal static RedisLogException Evicts(string policy) => new(
        RedisFault.Evicts, "redis-evicts",
        $"Redis may evict the log: its maxmemory-policy is {policy}, and each eviction would make every node drop all it has cached. Set maxmemory-policy to noeviction, or to a volatile one, which spares the log; or accept the cost with Freshet:Redis:AcceptEviction.");
}

/// <summary>A record is larger than the log takes. Nothing was written.</summary>
public sealed class RecordTooLargeException : FreshetException
{
    internal RecordTooLargeException(string call, string? @event, int invalidations, int bytes, int most) : base(
        $"The record of {call}{(@event is null ? "" : $" with the event '{@event}'")} and {invalidations} tags takes {bytes} bytes, more than the {most} that the log takes. Leave large members out of the event (readers load what they need), invalidate a wider tag instead of many, or raise Freshet:Redis:MaxRecordBytes.") =>
        (Call, Event, Bytes, MaxBytes) = (call, @event, bytes, most);

    /// <inheritdoc/>
    public override string Code => "record-too-large";

    /// <summary>The call, such as <c>Raise</c>.</summary>
    public string Call { get; }

    /// <summary>Name of the raised event; null for the other calls.</summary>
    public string? Event { get; }

    /// <summary>What the record takes.</summary>
    public int Bytes { get; }

    /// <summary>What it may take: <see cref="RedisOptions.MaxRecordBytes"/>.</summary>
    public int MaxBytes { get; }
}

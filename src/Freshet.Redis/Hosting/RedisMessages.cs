using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>Messages of Redis. Event ids 1700-1799. Never a connection string, a key or a payload.</summary>
internal static partial class RedisMessages
{
    [LoggerMessage(1700, LogLevel.Warning, "The connection to Redis was lost ({Failure}). Nodes go on by their levels' rules for an outage, and records wait; look at Redis and the network.")]
    public static partial void ConnectionLost(this ILogger logger, ConnectionFailureType failure);

    [LoggerMessage(1701, LogLevel.Information, "The connection to Redis is back.")]
    public static partial void ConnectionBack(this ILogger logger);

    [LoggerMessage(1702, LogLevel.Warning, "Redis could not be connected to ({ErrorType}); it is tried again at the next call.")]
    public static partial void NotConnected(this ILogger logger, string errorType);

    [LoggerMessage(1708, LogLevel.Warning, "The client of Redis has found no connection for a while, and is made anew. If that does not help, Redis is away: look at it and the network.")]
    public static partial void MadeAnew(this ILogger logger);

    [LoggerMessage(1703, LogLevel.Warning, "Redis may evict the log: its maxmemory-policy is {Policy}. Each time it does, every node drops all it has cached. Set maxmemory-policy to noeviction, or to a volatile one, which spares the log.")]
    public static partial void MayEvict(this ILogger logger, string policy);

    [LoggerMessage(1704, LogLevel.Warning, "Redis does not tell its maxmemory-policy. Make sure that it is noeviction or a volatile one: with another, each eviction makes every node drop all it has cached.")]
    public static partial void PolicyUnknown(this ILogger logger);

    [LoggerMessage(1705, LogLevel.Error, "The event {Event} could not be written as JSON ({ErrorType}), so other nodes learn its name alone. Give {EventType} members that FreshetOptions.EventJson can write.")]
    public static partial void EventNotWritable(this ILogger logger, string @event, string eventType, string errorType);

    [LoggerMessage(1706, LogLevel.Warning, "A message on Freshet's channel in Redis could not be read and was ignored. The log is read instead, so nothing is missed; let nobody but Freshet publish there.")]
    public static partial void MessageIgnored(this ILogger logger);

    [LoggerMessage(1707, LogLevel.Warning, "Subscribing to Freshet's channels in Redis failed ({ErrorType}), so records are learnt by asking only. It is tried again when the connection is back; check that the user may subscribe to freshet:*.")]
    public static partial void NotSubscribed(this ILogger logger, string errorType);
}

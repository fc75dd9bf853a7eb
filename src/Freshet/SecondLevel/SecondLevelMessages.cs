using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of the second level. Event ids 1800-1899.</summary>
internal static partial class SecondLevelMessages
{
    [LoggerMessage(1800, LogLevel.Warning, "{What} the second level failed {Failures} times in a row, last with {ErrorType}. It is left alone with that for a while, and reads go to the source; look at the store and the way to it.")]
    public static partial void SecondLevelFails(this ILogger logger, Exception exception, int failures, string what, string errorType);

    [LoggerMessage(1801, LogLevel.Warning, "{What} the second level took too long, {Failures} times in a row. It is left alone with that for a while, and reads go to the source; look at the store, or raise the queries' CacheTimeout or Freshet:SecondLevel:StoreTimeout.")]
    public static partial void SecondLevelIsSlow(this ILogger logger, int failures, string what);

    [LoggerMessage(1802, LogLevel.Information, "{What} the second level works again.")]
    public static partial void SecondLevelIsBack(this ILogger logger, string what);

    [LoggerMessage(1803, LogLevel.Warning, "The second level holds bytes for '{Query}' that cannot be read: {Reason}. They count as a miss and are overwritten. Raise the query's schema when its type changes, and let nobody else write under Freshet's keys. Told once; freshet.second-level.requests counts the rest as unreadable.")]
    public static partial void Unreadable(this ILogger logger, Exception? exception, string query, string reason);

    [LoggerMessage(1804, LogLevel.Warning, "A value of '{Query}' is larger than Freshet:SecondLevel:MaxPayloadBytes ({MaxBytes}) and stays in this node's memory: other nodes load it. Make the value smaller, raise the limit, or declare the query with .InMemoryOnly(). Told once; freshet.second-level.stores counts the rest as too-large.")]
    public static partial void PayloadTooLarge(this ILogger logger, string query, int maxBytes);

    [LoggerMessage(1805, LogLevel.Warning, "A value of '{Query}' could not be written: its serializer threw {ErrorType}. It stays in this node's memory. Mend the type, register an IHybridCacheSerializer for it, or declare the query with .InMemoryOnly(). Told once; freshet.second-level.stores counts the rest as failed.")]
    public static partial void Unwritable(this ILogger logger, Exception exception, string query, string errorType);

    [LoggerMessage(1806, LogLevel.Error, "A value of '{Query}' is not the same after it was written as JSON and read back: other nodes would serve something else. The query stays in memory only. Make every member of {Type} settable, register an IHybridCacheSerializer for it, or declare the query with .InMemoryOnly().")]
    public static partial void Unfaithful(this ILogger logger, string query, string type);

    [LoggerMessage(1807, LogLevel.Error, "The second level could not be asked for '{Query}', and the value is loaded instead. This is a fault of Freshet or of the serializer; report it with the exception.")]
    public static partial void SecondLevelBroken(this ILogger logger, Exception exception, string query);
}

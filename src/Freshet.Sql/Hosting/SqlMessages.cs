using Microsoft.Extensions.Logging;

namespace Freshet.Sql;

/// <summary>Messages of the outbox. Event ids 1900-1999. Never a connection string, a key or a payload.</summary>
internal static partial class SqlMessages
{
    [LoggerMessage(1900, LogLevel.Warning, "The outbox's relay failed ({Reason}); it is tried again. Until it works, other nodes do not learn of writes whose process ended before it could tell them. Check the database and its tables.")]
    public static partial void RelayFailed(this ILogger logger, Exception error, string reason);

    [LoggerMessage(1901, LogLevel.Information, "The outbox's relay works again.")]
    public static partial void RelayIsBack(this ILogger logger);

    [LoggerMessage(1902, LogLevel.Warning, "Row {Seq} of the outbox (event {Event}) cannot be appended: {Fault}. This was attempt {Attempt}; it is tried again later.")]
    public static partial void RowFailed(this ILogger logger, long seq, string? @event, string fault, int attempt);

    [LoggerMessage(1903, LogLevel.Error, "Row {Seq} of the outbox (event {Event}) cannot be appended: {Fault}. It was tried {Attempts} times and is set aside. Mend it and set set_aside_at to NULL, or delete it; what it would have invalidated stays cached until its time to live.")]
    public static partial void SetAside(this ILogger logger, long seq, string? @event, string fault, int attempts);

    [LoggerMessage(1904, LogLevel.Information, "The log has begun a new epoch: {Rows} records that were appended to the old one lately are appended again.")]
    public static partial void Reopened(this ILogger logger, int rows);

    [LoggerMessage(1905, LogLevel.Debug, "Marks of appended rows could not be written ({Reason}); the relay writes them.")]
    public static partial void MarksLost(this ILogger logger, string reason);

    [LoggerMessage(1906, LogLevel.Warning, "The relay does not hear the database's notifications ({Reason}); it asks by itself meanwhile, and listens again soon.")]
    public static partial void NotListening(this ILogger logger, string reason);

    [LoggerMessage(1907, LogLevel.Warning, "The outbox's database cannot be reached yet ({Reason}); the application starts without it. Its tables are checked once it can be reached.")]
    public static partial void StartedWithoutDatabase(this ILogger logger, string reason);
}

using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of writing. Event ids 1200-1299.</summary>
internal static partial class WritingMessages
{
    [LoggerMessage(1200, LogLevel.Warning, "The action '{Action}' ({Trigger}) ended without completing. Whether its write was committed is unknown, so its {Count} records were appended as expiries. Raise after the commit, or call CompleteAsync.")]
    public static partial void UncertainAction(this ILogger logger, string action, TriggerKind trigger, int count);

    [LoggerMessage(1201, LogLevel.Warning, "A value of '{Query}' was not written through: {ErrorType}. The write itself is recorded, and the next read loads the value.")]
    public static partial void WriteThroughFailed(this ILogger logger, Exception exception, string query, string errorType);

    [LoggerMessage(1202, LogLevel.Information, "The action '{Action}' ({Trigger}) saved {Count} records in transactions that were not committed when it ended, so nothing is invalidated for them. Should one be committed yet, the relay appends its records.")]
    public static partial void RolledBack(this ILogger logger, string action, TriggerKind trigger, int count);

    [LoggerMessage(1203, LogLevel.Error, "The outbox could not be asked which of {Records} records of action '{Action}' are committed ({Reason}). Other nodes do not know of this write yet; the relay of any node appends what is committed once the database can be reached.")]
    public static partial void OutboxNotAsked(this ILogger logger, Exception error, int records, string action, string reason);

    [LoggerMessage(1204, LogLevel.Warning, "The action '{Action}' ({Trigger}) ended inside a transaction that is still open, so its answer has no token for {Count} records. They are appended by the relay once the transaction is committed. End the transaction before the action.")]
    public static partial void LeftToTransaction(this ILogger logger, string action, TriggerKind trigger, int count);
}

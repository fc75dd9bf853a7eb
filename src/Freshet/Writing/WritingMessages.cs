using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of writing. Event ids 1200-1299.</summary>
internal static partial class WritingMessages
{
    [LoggerMessage(1200, LogLevel.Warning, "The action '{Action}' ({Trigger}) ended without completing. Whether its write was committed is unknown, so its {Count} records were appended as expiries. Raise after the commit, or call CompleteAsync.")]
    public static partial void UncertainAction(this ILogger logger, string action, TriggerKind trigger, int count);

    [LoggerMessage(1201, LogLevel.Warning, "A value of '{Query}' was not written through: {ErrorType}. The write itself is recorded, and the next read loads the value.")]
    public static partial void WriteThroughFailed(this ILogger logger, Exception exception, string query, string errorType);
}

using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of reading. Event ids 1300-1399.</summary>
internal static partial class ReadingMessages
{
    [LoggerMessage(1300, LogLevel.Warning, "A load of '{Query}' failed with {ErrorType} and nobody was waiting for it. The old value, if any, stays until its deadline; the next read tries again.")]
    public static partial void LoadFailedUnheard(this ILogger logger, Exception exception, string query, string errorType);

    [LoggerMessage(1301, LogLevel.Warning, "'{Query}' was answered with its last good value, because its loader failed with {ErrorType}. The level allows that for a while; look at the source before it ends.")]
    public static partial void ServedLastGood(this ILogger logger, string query, string errorType);

    [LoggerMessage(1302, LogLevel.Warning, "The loader of '{Query}' was cancelled, and what it had registered on its cancellation token threw. The reader that left was not held up; mend the registration.")]
    public static partial void CancellationFailed(this ILogger logger, Exception exception, string query);

    [LoggerMessage(1304, LogLevel.Warning, "The loader of '{Query}' returned after {Took}, when its load had been given up, with {Outcome}; that was dropped. Let it pass its CancellationToken on, or raise the query's LoadTimeout.")]
    public static partial void LoadedTooLate(this ILogger logger, string query, TimeSpan took, string outcome);

    [LoggerMessage(1305, LogLevel.Warning, "A value of '{Query}' takes about {Bytes} bytes, more than a tenth of Freshet:MaxBytes, and is not stored: every read of it loads. Make the value smaller, raise Freshet:MaxBytes, or declare SizedBy if the estimate is wrong. Told once; freshet.evictions counts the rest as oversized.")]
    public static partial void Oversized(this ILogger logger, string query, int bytes);
}

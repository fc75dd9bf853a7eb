using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of cache targets. Event ids 1500-1599. A tag is an identifier and may stand in a line; payloads never do.</summary>
internal static partial class TargetMessages
{
    [LoggerMessage(1500, LogLevel.Information, "event=observe target={Target} call={Call} raised={Event} tag={Tag} kind={Kind} source={Trigger}:{Action} position={Position}")]
    public static partial void Observed(this ILogger logger, string target, string call, string? @event, Tag tag, InvalidationKind kind, TriggerKind trigger, string action, long position);

    [LoggerMessage(1501, LogLevel.Warning, "The cache target '{Target}' failed at position {Position} and will be tried again, {Attempts} times in all. Its invalidations are late until then; writes do not wait for it.")]
    public static partial void Retrying(this ILogger logger, Exception failure, string target, long position, int attempts);

    [LoggerMessage(1502, LogLevel.Error, "The cache target '{Target}' could not apply position {Position}, so it may hold old values: it is reset as soon as it takes a reset. Look at the cache behind it, or at what the target throws. Said once until it works again.")]
    public static partial void GivenUp(this ILogger logger, Exception failure, string target, long position);

    [LoggerMessage(1503, LogLevel.Information, "The cache target '{Target}' works again.")]
    public static partial void WorksAgain(this ILogger logger, string target);

    [LoggerMessage(1504, LogLevel.Information, "The cache target '{Target}' was reset ({Reason}): everything it held counts as outdated.")]
    public static partial void WasReset(this ILogger logger, string target, ResetReason reason);

    [LoggerMessage(1505, LogLevel.Information, "event=observe target={Target} call=Reset reason={Reason}")]
    public static partial void ResetObserved(this ILogger logger, string target, ResetReason reason);

    [LoggerMessage(1506, LogLevel.Error, "The cache target '{Target}' could not be reset ({Reason}), so it may hold old values. It is tried again. Said once until it works again.")]
    public static partial void ResetFailed(this ILogger logger, Exception failure, string target, ResetReason reason);

    [LoggerMessage(1507, LogLevel.Error, "The cache target '{Target}' is not called any more: {Calls} of its calls never returned. Let it honour its cancellation token, or restart. It goes on when one of them returns.")]
    public static partial void Suspended(this ILogger logger, string target, int calls);

    [LoggerMessage(1508, LogLevel.Warning, "The cache target '{Target}' was slower than its AnswerWait, {AnswerWait}, so answers leave before it has applied their records. Said once until it keeps pace again.")]
    public static partial void TooSlowForAnswers(this ILogger logger, string target, TimeSpan answerWait);

    [LoggerMessage(1509, LogLevel.Warning, "The application stopped before the cache target '{Target}' had applied the last {Records} records. With ResetOnStart it is reset at the next start.")]
    public static partial void StoppedBehind(this ILogger logger, string target, long records);

    [LoggerMessage(1510, LogLevel.Error, "A callback registered on the change token of the tag {Tag} threw.")]
    public static partial void CallbackThrew(this ILogger logger, Exception failure, Tag tag);

    [LoggerMessage(1512, LogLevel.Error, "The follower of the cache target '{Target}' met an error of its own, resets the target and goes on. Please report it.")]
    public static partial void Surprised(this ILogger logger, Exception surprise, string target);

    [LoggerMessage(1511, LogLevel.Information, "The cache targets {Targets} only observe: invalidations are logged and counted, nothing is changed in them.")]
    public static partial void Observing(this ILogger logger, string targets);
}

using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of the log. Event ids 1000-1099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1000, LogLevel.Information, "event=invalidate call={Call} raised={Event} tag={Tag} kind={Kind} source={Trigger}:{Action} position={Position}")]
    public static partial void Invalidated(this ILogger logger, string call, string? @event, Tag tag, InvalidationKind kind, TriggerKind trigger, string action, long position);

    [LoggerMessage(1001, LogLevel.Warning, "The shared log cannot be reached ({Reason}). High queries read the source, medium ones after their OutageGrace; what is written is kept and appended later. Check the server, its address and its credentials.")]
    public static partial void LogIsAway(this ILogger logger, Exception error, string reason);

    [LoggerMessage(1002, LogLevel.Information, "The shared log is back; this node is at position {Position}.")]
    public static partial void LogIsBack(this ILogger logger, long position);

    [LoggerMessage(1003, LogLevel.Warning, "A write at position {Position} waited {Waited} for node {Node}, until its read lease had run out. It is dead, cut off or overloaded; while it has no lease it serves no high query from memory. Look at that node.")]
    public static partial void LeaseWaitedOut(this ILogger logger, string node, long position, TimeSpan waited);

    [LoggerMessage(1004, LogLevel.Debug, "The lease rows could not be read or removed ({Reason}).")]
    public static partial void PollFailed(this ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Error, "The log could not take {Records} records of action {Action} in time ({Reason}). Other nodes do not know of this write yet; the records are handed over again until the log has them, or this process ends.")]
    public static partial void NowPending(this ILogger logger, Exception error, int records, string action, string reason);

    [LoggerMessage(1006, LogLevel.Debug, "{Records} records are still pending ({Reason}).")]
    public static partial void StillPending(this ILogger logger, int records, string reason);

    [LoggerMessage(1007, LogLevel.Information, "The log has taken {Records} pending records of action {Action}.")]
    public static partial void NoLongerPending(this ILogger logger, int records, string action);

    [LoggerMessage(1008, LogLevel.Critical, "This process ends with {Records} records that the log never took: other nodes do not know of their writes until the entries' time to live. Flush what they touched, and use an outbox so that they outlive the process.")]
    public static partial void PendingLost(this ILogger logger, int records);

    [LoggerMessage(1009, LogLevel.Warning, "The shared log cannot be reached yet ({Reason}); the application starts without it. Until it can be reached, queries read their source as their level says.")]
    public static partial void StartedWithoutLog(this ILogger logger, string reason);

    [LoggerMessage(1011, LogLevel.Warning, "The log could not take {Holds} holds of action {Action}. From its commit until its records are appended, high queries may show what it replaces. Look at the shared log and the way to it.")]
    public static partial void HoldNotPlaced(this ILogger logger, int holds, string action);

    [LoggerMessage(1012, LogLevel.Warning, "The hold of action {Action} ({Trigger}) at position {Position} on {Tags} tags was overdue after {Limit} and is ended by an expiry. Its process ended, or its transaction takes longer: shorten it, or raise Freshet:HoldLimit.")]
    public static partial void HoldOverdue(this ILogger logger, string action, TriggerKind trigger, long position, int tags, TimeSpan limit);

    [LoggerMessage(1013, LogLevel.Warning, "Action {Action} ended after {Holds} of its holds had been given up: from its commit until its records were appended, high queries may have shown what it replaced. Shorten its transaction, or raise Freshet:HoldLimit.")]
    public static partial void HoldWasLate(this ILogger logger, int holds, string action);

    [LoggerMessage(1014, LogLevel.Debug, "Holds of actions under way could not be placed in the new log yet ({Reason}).")]
    public static partial void HoldsNotPlacedAgain(this ILogger logger, string reason);

    [LoggerMessage(1010, LogLevel.Debug, "The lease of this node could not be released ({Reason}): writers wait until it has run out.")]
    public static partial void LeaseNotReleased(this ILogger logger, string reason);

    [LoggerMessage(1015, LogLevel.Error, "The shared log's record at position {Position} cannot be read, so this node has begun again at the head: everything it had loaded is outdated. A newer version of Freshet wrote it, or something else did: bring all nodes of the keyspace to one version, and let nobody but Freshet write to the log's keys. Told once; freshet.log.resets counts the rest as unreadable.")]
    public static partial void RecordUnreadable(this ILogger logger, long position);
}

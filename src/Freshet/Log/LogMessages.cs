using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of the log. Event ids 1000-1099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1000, LogLevel.Information, "event=invalidate call={Call} raised={Event} tag={Tag} kind={Kind} source={Trigger}:{Action} position={Position}")]
    public static partial void Invalidated(this ILogger logger, string call, string? @event, Tag tag, InvalidationKind kind, TriggerKind trigger, string action, long position);
}

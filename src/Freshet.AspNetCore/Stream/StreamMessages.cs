using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Messages of the stream. Event ids 2300-2399.</summary>
internal static partial class StreamMessages
{
    [LoggerMessage(2300, LogLevel.Warning, "The stream is mapped, and no tag declares an audience, so nobody is told anything. Say who may hear of each kind: new Tag<string>(\"account\").HeardBy(\"account\").")]
    public static partial void NoAudience(this ILogger logger);

    [LoggerMessage(2301, LogLevel.Error, "The stream could not hand on a record. Every subscriber is told to reset, and it goes on from the log's head.")]
    public static partial void StreamSurprised(this ILogger logger, Exception exception);

    [LoggerMessage(2303, LogLevel.Error, "A heartbeat of the stream failed. The next one is tried.")]
    public static partial void BeatSurprised(this ILogger logger, Exception exception);

    [LoggerMessage(2302, LogLevel.Error, "FreshetStreamOptions.IsStillSignedIn failed, so the connection it was asked about ends. It comes back, and passes authentication again.")]
    public static partial void SessionCheckFailed(this ILogger logger, Exception exception);
}

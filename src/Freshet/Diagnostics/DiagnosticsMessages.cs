using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of diagnostics. Event ids 1600-1699.</summary>
internal static partial class DiagnosticsMessages
{
    [LoggerMessage(1600, LogLevel.Warning, "Invalidating '{Tag}' outdated {Holders} values at once, with {Entries} in memory. All of them then load again from the source within a short time. Split the tag kind '{Kind}' by a key that its events know, such as an account, or mark it stale with RevalidateTag, so that old values bridge the loads; see Freshet:Warnings:BroadTagShare.")]
    public static partial void TagIsBroad(this ILogger logger, Tag tag, int holders, int entries, string kind);

    [LoggerMessage(1601, LogLevel.Warning, "'{Query}' ({Owner}) was answered from the cache {Answered} times in {Reads} reads: its entries take memory and spare the source nothing. Look for an argument that differs with every call (a time, a request id), a TimeToLive shorter than the pause between reads, or a tag that every write invalidates. If none can be mended, read the source without a cached query; see Freshet:Warnings:MinHitRate.")]
    public static partial void HitRateIsLow(this ILogger logger, string query, string owner, long answered, long reads);

    [LoggerMessage(1602, LogLevel.Warning, "Tags of the kind '{Kind}' ({Owner}) were invalidated {Count} times, and no value ever carried one. Either a query shows this data without saying so, and serves it old until its time to live, or the writes are told to nobody. Add the tag to the query with DependsOn or FindsTags, or take it off the events. If only caches outside Freshet carry it, nothing is wrong; see Freshet:Warnings:UncarriedInvalidations.")]
    public static partial void TagIsNotCarried(this ILogger logger, string kind, string owner, long count);

    [LoggerMessage(1603, LogLevel.Warning, "The event '{Event}' ({Owner}) is declared and was not raised here for {Uptime}. If what it tells of has happened, every query it reaches shows old data until its time to live. Raise it where the write commits, or delete the declaration; see Freshet:Warnings:UnraisedAfter.")]
    public static partial void EventIsNotRaised(this ILogger logger, string @event, string owner, TimeSpan uptime);

    [LoggerMessage(1604, LogLevel.Warning, "A listener of metrics or traces, or the Equals of a cached value, threw {ErrorType}. Loads and appends went on without it; some figures are missing. Mend the listener. This is told once.")]
    public static partial void ListenerFailed(this ILogger logger, Exception exception, string errorType);
}

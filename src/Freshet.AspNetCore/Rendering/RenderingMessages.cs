using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Messages of rendering. Event ids 2100-2199. Route patterns only, never a concrete path.</summary>
internal static partial class RenderingMessages
{
    [LoggerMessage(2100, LogLevel.Warning, "'{Page}' is cached rendered, but was not stored ({Reason}), so every request renders it. {WayOut}. Said once per page and reason.")]
    public static partial void RenderRefused(this ILogger logger, string page, string reason, string wayOut);

    [LoggerMessage(2101, LogLevel.Warning, "Renewing '{Page}' in the background failed ({Reason}), {Failures} times in a row. The old page stays until its deadline; the next try is in {Delay} ms at the earliest.")]
    public static partial void RenewalFailed(this ILogger logger, Exception? exception, string page, string reason, int failures, long delay);

    [LoggerMessage(2102, LogLevel.Warning, "'{Page}' is cached rendered, but the request passed no output caching. Call app.UseOutputCache() after app.UseFreshet(), and after UseRouting() if you call that. Said once per page.")]
    public static partial void OutputCacheMissing(this ILogger logger, string page);

    [LoggerMessage(2103, LogLevel.Debug, "Renewing '{Page}' in the background was put off: {Waiting} renders are waiting already. A later request asks again.")]
    public static partial void RenewalPutOff(this ILogger logger, string page, int waiting);

    [LoggerMessage(2104, LogLevel.Warning, "Renders in the background still ran {Seconds} seconds after the application's end had cancelled them. Let pages heed their cancellation token.")]
    public static partial void RenewalsOutlive(this ILogger logger, int seconds);
}

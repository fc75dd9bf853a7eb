namespace BillingDesk.Server;

/// <summary>The server's own log messages.</summary>
internal static partial class ServerMessages
{
    [LoggerMessage(1, LogLevel.Warning, "No built page was found at {Folder} above this program, nor where {Key} says. The API runs; / tells how to build the page.")]
    public static partial void PageMissing(this ILogger logger, string folder, string key);

    [LoggerMessage(2, LogLevel.Error, "The simulated provider gave up on delivery {Delivery} after {Attempts} attempts. Begin the checkout again.")]
    public static partial void NotDelivered(this ILogger logger, string delivery, int attempts);
}

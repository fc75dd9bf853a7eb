using Microsoft.Extensions.Logging;

namespace BillingDesk.Growth;

/// <summary>The growth team's log messages.</summary>
internal static partial class UsageMessages
{
    [LoggerMessage(1, LogLevel.Debug, "The usage pipeline added {Rows} rows of {Accounts} accounts; it is as of {AsOf:O}.")]
    public static partial void RolledUp(this ILogger logger, long rows, int accounts, DateTime asOf);

    [LoggerMessage(2, LogLevel.Error, "The usage pipeline failed. Nothing was added; it tries again in {Every}, and the charts fall behind until it succeeds.")]
    public static partial void RollUpFailed(this ILogger logger, Exception error, TimeSpan every);
}

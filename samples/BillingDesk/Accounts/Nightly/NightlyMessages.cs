using Microsoft.Extensions.Logging;

namespace BillingDesk.Accounts;

/// <summary>The accounts team's log messages.</summary>
internal static partial class NightlyMessages
{
    [LoggerMessage(1, LogLevel.Information, "The nightly job made {Accounts} summaries of {Day}.")]
    public static partial void Rebuilt(this ILogger logger, int accounts, DateOnly day);

    [LoggerMessage(2, LogLevel.Error, "The nightly job failed. The summaries stay as they are until it succeeds: run the server with --job nightly-summary, or wait for tomorrow.")]
    public static partial void RebuildFailed(this ILogger logger, Exception error);
}

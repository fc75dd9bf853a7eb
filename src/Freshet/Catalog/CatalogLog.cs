using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Log messages of the catalog: event ids 1100 to 1199.</summary>
internal static partial class CatalogLog
{
    public const int PolicyChangedId = 1100;
    public const int PolicyRefusedId = 1101;
    public const int PolicyListenerFailedId = 1102;

    [LoggerMessage(PolicyChangedId, LogLevel.Information, "The policy of cached query '{Query}' changed: {Changes}.")]
    public static partial void PolicyChanged(this ILogger log, string query, string changes);

    [LoggerMessage(PolicyRefusedId, LogLevel.Error,
        "A changed configuration was refused, and the previous policy stays. {DeclarationKind} '{Declaration}': {What}. {WayOut}")]
    public static partial void PolicyRefused(this ILogger log, string declarationKind, string declaration, string what, string wayOut);

    [LoggerMessage(PolicyListenerFailedId, LogLevel.Error,
        "A listener failed to take the new policy of cached query '{Query}'; the other listeners have it. Restart this node if the query keeps its old policy.")]
    public static partial void PolicyListenerFailed(this ILogger log, Exception exception, string query);
}

using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Decides whether a request runs under a user action.</summary>
internal static class UserActions
{
    /// <summary>Whether an endpoint declares one.</summary>
    public static bool IsDeclared(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<IUserActionMetadata>() is not null;

    /// <summary>The request to open an action for; null when it needs none, or has one already from an earlier filter.</summary>
    /// <param name="http">The request.</param>
    /// <param name="includesReads">Whether what was declared holds for GET.</param>
    /// <exception cref="MiddlewareMissingException">The request did not pass <c>UseFreshet()</c>.</exception>
    public static FreshetRequest? ToOpen(HttpContext http, bool includesReads)
    {
        if (!includesReads && IsRead(http.Request.Method)) return null;
        var request = FreshetRequest.Of(http) ?? throw new MiddlewareMissingException(EndpointNames.Of(http));
        return request.Action is null ? request : null;
    }

    private static bool IsRead(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}

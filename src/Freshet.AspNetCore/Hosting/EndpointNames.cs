using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freshet.AspNetCore;

/// <summary>How endpoints are called in actions, records and log lines: by method and pattern, never by the concrete path with its keys.</summary>
internal static class EndpointNames
{
    /// <summary>The name of the request's endpoint: <c>POST /invoices/{id}/pay</c>.</summary>
    public static string Of(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        return $"{http.Request.Method} {PatternOf(endpoint) ?? endpoint?.DisplayName ?? "(no endpoint)"}";
    }

    /// <summary>The route pattern as it was mapped, with one slash in front; null when the endpoint has none.</summary>
    public static string? PatternOf(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } pattern } ? "/" + pattern.TrimStart('/') : null;
}

using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Freshet.AspNetCore;

/// <summary>A request as it reached <c>UseFreshet()</c>, and the pipeline from there on: what a render in the background starts from.</summary>
/// <remarks>
/// From there, not from where the page was looked up: middleware in between may have rewritten the path or taken its base off, and
/// would do so a second time.
/// </remarks>
internal sealed record Arrival(
    RequestDelegate Pipeline, string Method, string Scheme, HostString Host, PathString PathBase, PathString Path, QueryString Query,
    Endpoint? Endpoint, RouteValueDictionary? RouteValues, ClaimsPrincipal User)
{
    public static Arrival Of(HttpContext http, RequestDelegate pipeline)
    {
        var request = http.Request;
        return new Arrival(
            pipeline, request.Method, request.Scheme, request.Host, request.PathBase, request.Path, request.QueryString,
            http.GetEndpoint(), http.Features.Get<IRouteValuesFeature>()?.RouteValues, http.User);
    }
}

using BillingDesk.Data;
using Microsoft.Extensions.Primitives;

namespace BillingDesk.Server;

/// <summary>Keeps answers out of HTTP caches, the browser's back button included: nothing there would learn that they are outdated.</summary>
internal static class NoStore
{
    private static readonly StringValues _noStore = new("no-store");

    public static void UseNoStore(this WebApplication app) => app.Use((http, next) =>
    {
        // Rendered pages say themselves how long a browser may show them.
        if (!http.Request.Path.StartsWithSegments(FooterGroup.Statements)) http.Response.Headers.CacheControl = _noStore;
        return next(http);
    });
}

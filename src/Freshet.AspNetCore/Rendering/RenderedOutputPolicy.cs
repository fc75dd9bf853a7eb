using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;

namespace Freshet.AspNetCore;

/// <summary>Turns output caching on for endpoints with <c>CacheRendered</c>, by the framework's own rules for what may be stored. Policies of the endpoint come after it and may vary, tighten or loosen.</summary>
/// <remarks>A base policy, so that it composes with <c>.CacheOutput(...)</c> and <c>[OutputCache]</c>: of the policies on an endpoint the framework runs only the last.</remarks>
internal sealed class RenderedOutputPolicy(PageRendering pages) : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint()?.Metadata.GetMetadata<ICacheRendered>() is not { } declared) return ValueTask.CompletedTask;
        var request = FreshetRequest.Of(http) ?? throw MiddlewareMissingException.BeforeOutputCache(EndpointNames.Of(http));

        var page = pages.Begin(request, declared, context.CacheVaryByRules);
        page.WasSignedIn = IsSignedIn(http);
        var mayStore = IsRead(http.Request.Method) && !page.WasSignedIn;
        context.EnableOutputCaching = true;
        context.AllowCacheLookup = mayStore;
        context.AllowCacheStorage = mayStore;
        context.AllowLocking = false; // it would let a request join a render that is outdated already (P6); see PageRequests
        context.ResponseExpirationTimeSpan ??= page.Profile.Expire;
        context.CacheVaryByRules.QueryKeys = "*";
        context.CacheVaryByRules.VaryByValues[PageRequests.Name] = pages.Requests.Add(page);
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        if (FreshetRequest.Of(context.HttpContext)?.Page is not { } page) return ValueTask.CompletedTask;
        page.Refusal = page.Rendering?.Refusal is { } own and not RenderRefusal.None ? own : RefusalOf(context.HttpContext, page);
        if (page.Refusal != RenderRefusal.None) context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }

    /// <summary>Why an answer may not be stored, as far as it shows now.</summary>
    public static RenderRefusal RefusalOf(HttpContext http, PageRequest page)
    {
        var response = http.Response;
        if (response.StatusCode != StatusCodes.Status200OK) return RenderRefusal.Status;
        if (response.Headers.SetCookie.Count > 0) return RenderRefusal.SetsCookie;
        // Signed in from the start, and yet looked up: a policy of the application's own has decided so, and varies by user.
        if (!page.WasSignedIn && IsSignedIn(http)) return RenderRefusal.SignedIn;
        // What a handler says, not what Freshet itself writes when the answer starts.
        if (!page.HasWrittenHeaders && SaysNoStore(response)) return RenderRefusal.SaysNoStore;
        return RenderRefusal.None;
    }

    /// <summary>Whether an answer could be somebody's own.</summary>
    public static bool IsSignedIn(HttpContext http) =>
        http.Request.Headers.Authorization.Count > 0 || http.User.Identities.Any(identity => identity.IsAuthenticated);

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static bool SaysNoStore(HttpResponse response) =>
        CacheControlHeaderValue.TryParse(response.Headers.CacheControl.ToString(), out var said) && (said.NoStore || said.Private);
}

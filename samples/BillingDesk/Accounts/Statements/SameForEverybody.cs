using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace BillingDesk.Accounts;

/// <summary>A page that shows nothing of who looks at it, so that one render serves everybody, signed in or not. Output caching keeps pages of signed-in users out of the store unless told so.</summary>
internal sealed class SameForEverybody : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var isRead = HttpMethods.IsGet(context.HttpContext.Request.Method) || HttpMethods.IsHead(context.HttpContext.Request.Method);
        context.AllowCacheLookup = isRead;
        context.AllowCacheStorage = isRead;
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;
}

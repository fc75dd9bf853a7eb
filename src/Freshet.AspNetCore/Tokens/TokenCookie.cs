using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>The token's other way home: after a form post and redirect no script is there to send a header, but the browser sends cookies.</summary>
/// <remarks>
/// Short-lived: it bridges the redirect and the clicks after it, and the query's own bound has long passed when it goes.
/// </remarks>
internal static class TokenCookie
{
    public const string Name = "freshness-token";

    /// <summary>How long the browser keeps it: 60 seconds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Whether whoever sent the request is a browser without our script: the answer is a redirect, or the request a form.</summary>
    public static bool IsNeeded(HttpContext context) =>
        context.Response.StatusCode is >= 300 and < 400 and not StatusCodes.Status304NotModified || context.Request.HasFormContentType;

    public static void Set(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options(context, Lifetime));

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}

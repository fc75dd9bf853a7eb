using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Freshet.AspNetCore;

/// <summary>What a page's answer tells caches and people on its way: <c>Cache-Status</c> (RFC 9211), <c>Age</c>, <c>Cache-Control</c> with <c>stale-while-revalidate</c> (RFC 5861).</summary>
internal static class PageHeaders
{
    private const string CacheStatus = "Cache-Status";
    private const string Name = "Freshet";

    public static void Write(HttpContext http, PageRequest page, long now, ReadRequirement? requirement)
    {
        var headers = http.Response.Headers;
        var refusal = RefusalOf(http, page);
        headers.Append(CacheStatus, Status(page, refusal, now, requirement));
        // By the node's own clock, which only goes forward; the framework's count is by the wall clock.
        if (page.Served is { } served) headers.Age = Seconds(Math.Max(0, now - served.CapturedAt));
        if (headers.CacheControl.Count > 0 || refusal != RenderRefusal.None || page.Result == PageResult.Bypass) return;

        headers.CacheControl = Control(http, page, requirement, out var isShared, out var isKept);
        if (!isKept) return;
        foreach (var name in page.Vary.HeaderNames) AppendVary(headers, name!);
        // The cookie that a form post sets makes the browser ask again, so that the writer sees the write.
        if (!isShared) AppendVary(headers, HeaderNames.Cookie);
    }

    /// <summary>Why the answer is not stored, as far as is known when it starts.</summary>
    private static RenderRefusal RefusalOf(HttpContext http, PageRequest page)
    {
        if (page.Rendering is not { } rendering) return RenderRefusal.None;
        return rendering.Refusal != RenderRefusal.None ? rendering.Refusal : RenderedOutputPolicy.RefusalOf(http, page);
    }

    private static string Status(PageRequest page, RenderRefusal refusal, long now, ReadRequirement? requirement)
    {
        var stored = page.Rendering is null ? "" : refusal == RenderRefusal.None ? "; stored" : $"; detail={refusal.Text()}";
        return page.Result switch
        {
            PageResult.Hit => $"{Name}; hit; ttl={Ttl(page, now)}",
            PageResult.Aged => $"{Name}; hit; ttl={Ttl(page, now)}; detail=renewing",
            PageResult.Stale => $"{Name}; hit; ttl={Math.Min(-1, Ttl(page, now))}; detail=marked-stale",
            PageResult.Joined => $"{Name}; fwd=miss; collapsed",
            PageResult.Outdated => $"{Name}; fwd=stale{stored}",
            PageResult.Required => $"{Name}; fwd=request{(stored.StartsWith("; detail", StringComparison.Ordinal) ? stored : $"{stored}; detail={Asked(requirement)}")}",
            PageResult.Unconfirmed => $"{Name}; fwd=bypass; detail=unconfirmed",
            PageResult.Bypass => $"{Name}; fwd=bypass",
            _ => $"{Name}; fwd=miss{stored}",
        };
    }

    private static string Asked(ReadRequirement? requirement) => requirement?.MinimumVersion is null ? "token" : "minimum-version";

    private static long Ttl(PageRequest page, long now) => (long)Math.Floor((page.Served!.RefreshAt - now) / 1000.0);

    /// <summary>How long others may keep the answer.</summary>
    private static string Control(HttpContext http, PageRequest page, ReadRequirement? requirement, out bool isShared, out bool isKept)
    {
        var parts = page.Served?.Value.BrowserTime ?? page.Rendering?.BrowserTime ?? TimeSpan.Zero;
        var maxAge = parts < page.Profile.Stale ? parts : page.Profile.Stale;
        // A writer must see the next write too, and a page known to be outdated is shown once, not kept.
        isKept = maxAge >= TimeSpan.FromSeconds(1) && page.Result != PageResult.Stale && requirement is null or { Token: null, MinimumVersion: null };
        isShared = isKept && page.InSharedCaches && !VariesBeyondHttp(page) && !RenderedOutputPolicy.IsSignedIn(http);
        if (!isKept) return "private, no-cache";

        var control = $"{(isShared ? "public" : "private")}, max-age={Seconds(maxAge)}";
        var isStrict = page.Served?.Value.HasStrictPart ?? page.Rendering?.HasStrictPart ?? true;
        var longer = page.Profile.Expire - maxAge;
        return isStrict || longer < TimeSpan.FromSeconds(1) ? control : $"{control}, stale-while-revalidate={Seconds(longer)}";
    }

    /// <summary>Whether the page depends on what no header says, such as a value computed for the request: then a shared cache would hand one person's to another.</summary>
    private static bool VariesBeyondHttp(PageRequest page) =>
        !string.IsNullOrEmpty(page.Vary.CacheKeyPrefix) || page.Vary.VaryByValues.Keys.Any(name => name != PageRequests.Name);

    private static void AppendVary(IHeaderDictionary headers, string name)
    {
        var present = headers.GetCommaSeparatedValues(HeaderNames.Vary);
        if (!present.Contains(name, StringComparer.OrdinalIgnoreCase) && !present.Contains("*")) headers.AppendCommaSeparatedValues(HeaderNames.Vary, name);
    }

    private static string Seconds(TimeSpan time) => Seconds((long)time.TotalMilliseconds);

    private static string Seconds(long milliseconds) => (milliseconds / 1000).ToString(CultureInfo.InvariantCulture);
}

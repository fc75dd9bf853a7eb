using System.Text.RegularExpressions;

namespace Freshet.AspNetCore.Tests.Rendering;

public sealed partial class PageHeaderTests
{
    [Theory]
    [InlineData("text", false, "private, max-age=30, stale-while-revalidate=3570", "Cookie")] // medium: its level's 30 seconds, less than the profile's 5 minutes
    [InlineData("text", true, "public, max-age=30, stale-while-revalidate=3570", null)]
    [InlineData("price", false, "private, no-cache", null)] // high: ask every time
    [InlineData("price", true, "private, no-cache", null)]
    [InlineData("plain", false, "private, max-age=300, stale-while-revalidate=3300", "Cookie")]
    public async Task Browsers_may_keep_a_page_as_long_as_profile_and_levels_allow(string page, bool inSharedCaches, string control, string? vary)
    {
        await using var app = PageApp.Start(map => Map(map, page).CacheRendered(Profile.Minutes, inSharedCaches: inSharedCaches));

        foreach (var visit in (Visit[])[await app.GetAsync("/pages/7"), await app.GetAsync("/pages/7")])
        {
            visit.Header("Cache-Control").ShouldBe(control);
            visit.Header("Vary").ShouldBe(vary);
        }
    }

    [Fact]
    public async Task What_varies_by_headers_says_so_and_what_varies_by_something_else_is_not_for_shared_caches()
    {
        await using var app = PageApp.Start(map =>
        {
            Map(map, "plain", "/header").CacheRendered(Profile.Minutes, vary => vary.SetVaryByHeader("Accept-Language"), inSharedCaches: true);
            Map(map, "plain", "/value").CacheRendered(Profile.Minutes, vary => vary.VaryByValue(_ => new("tenant", "a")), inSharedCaches: true);
            Map(map, "plain", "/prefix").CacheRendered(Profile.Minutes, vary => vary.SetCacheKeyPrefix("tenant"), inSharedCaches: true);
        });

        (await app.GetAsync("/header")).Header("Vary").ShouldBe("Accept-Language");
        (await app.GetAsync("/value")).Header("Cache-Control")!.ShouldStartWith("private, max-age=");
        (await app.GetAsync("/prefix")).Header("Cache-Control")!.ShouldStartWith("private, max-age=");
    }

    [Fact]
    public async Task What_the_page_itself_says_about_caching_stays()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=7";
            return "page";
        }).CacheRendered(Profile.Minutes));

        (await app.GetAsync("/pages")).Header("Cache-Control").ShouldBe("public, max-age=7");
        (await app.GetAsync("/pages")).Header("Cache-Control").ShouldBe("public, max-age=7");
    }

    [Fact]
    public async Task A_profile_without_stale_time_has_the_browser_ask_every_time()
    {
        await using var app = PageApp.Start(map => Map(map, "plain").CacheRendered(Profile.Minutes with { Stale = TimeSpan.Zero }));

        (await app.GetAsync("/pages/7")).Header("Cache-Control").ShouldBe("private, no-cache");
    }

    [Fact]
    public async Task Age_is_the_pages_own_by_the_nodes_clock()
    {
        await using var app = PageApp.Start();
        (await app.GetAsync("/articles/7")).Header("Age").ShouldBeNull();

        app.Time.Advance(TimeSpan.FromSeconds(42));

        var hit = await app.GetAsync("/articles/7");
        (hit.Header("Age"), hit.CacheStatus).ShouldBe(("42", "Freshet; hit; ttl=18"));
    }

    [Fact]
    public async Task Cache_status_is_appended_to_what_is_there_and_a_structured_field()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", (HttpContext http) =>
        {
            http.Response.Headers.Append("Cache-Status", "Upstream; hit");
            return "page";
        }).CacheRendered(Profile.Minutes));

        var first = await app.GetAsync("/pages");
        var second = await app.GetAsync("/pages");
        app.Time.Advance(Profile.Minutes.Revalidate + TimeSpan.FromSeconds(5));
        var aged = await app.GetAsync("/pages");
        await app.RenewedAsync();

        first.CacheStatus.ShouldBe("Upstream; hit,Freshet; fwd=miss; stored");
        second.CacheStatus.ShouldBe("Upstream; hit,Freshet; hit; ttl=60");
        aged.CacheStatus.ShouldBe("Upstream; hit,Freshet; hit; ttl=-5; detail=renewing");
        foreach (var visit in (Visit[])[first, second, aged]) StructuredList().IsMatch(visit.CacheStatus).ShouldBeTrue(visit.CacheStatus);
    }

    [Fact]
    public async Task Not_modified_carries_the_headers_too()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", (HttpContext http) =>
        {
            http.Response.Headers.ETag = "\"1\"";
            return "page";
        }).CacheRendered(Profile.Minutes));
        await app.GetAsync("/pages");

        var answer = await app.GetAsync("/pages", http => http.Request.Headers.IfNoneMatch = "\"1\"");

        (answer.Status, answer.Body, answer.CacheStatus).ShouldBe((304, "", "Freshet; hit; ttl=60"));
        answer.Header("Cache-Control")!.ShouldStartWith("private");
    }

    // RFC 8941: a list of tokens with parameters whose values are absent, integers or tokens, as Cache-Status allows.
    [GeneratedRegex(@"^[A-Za-z*][\w.*:/-]*(; [a-z*][a-z0-9_.*-]*(=(-?\d{1,15}|[A-Za-z*][\w.*:/-]*))?)*(, ?[A-Za-z*][\w.*:/-]*(; [a-z*][a-z0-9_.*-]*(=(-?\d{1,15}|[A-Za-z*][\w.*:/-]*))?)*)*$")]
    private static partial Regex StructuredList();

    private static RouteHandlerBuilder Map(WebApplication app, string page, string pattern = "/pages/{id}") => page switch
    {
        "text" => app.MapGet(pattern, (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Site.Text, id, ct)),
        "price" => app.MapGet(pattern, (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Site.Price, id, ct)),
        _ => app.MapGet(pattern, () => "plain"),
    };
}

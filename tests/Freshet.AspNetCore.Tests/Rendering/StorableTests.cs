using System.Security.Claims;
using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>What may be stored and shared: the framework's own rules, and a few that it lacks.</summary>
public sealed class StorableTests
{
    [Fact]
    public async Task A_request_with_an_authorization_header_goes_past_the_store()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");

        var authorized = await app.GetAsync("/articles/7", http => http.Request.Headers.Authorization = "Bearer x");

        (authorized.CacheStatus, authorized.Header("Cache-Control")).ShouldBe(("Freshet; fwd=bypass", null));
        app.Press.Renders.ShouldBe(2);
    }

    [Fact]
    public async Task A_signed_in_user_goes_past_the_store_and_adds_nothing_to_it()
    {
        await using var app = PageApp.Start();

        var signedIn = await app.GetAsync("/articles/7", http => http.User = new ClaimsPrincipal(new ClaimsIdentity([], "cookie")));

        signedIn.CacheStatus.ShouldBe("Freshet; fwd=bypass");
        app.Outputs.Store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_policy_of_the_applications_own_may_store_for_signed_in_users_but_nothing_tells_shared_caches_so()
    {
        await using var app = PageApp.Start(map => map.MapArticlePage()
            .CacheRendered(Profile.Minutes, vary => vary.AddPolicy<ForMembers>().VaryByValue(http => new("user", http.User.Identity!.Name!)), inSharedCaches: true));
        Action<HttpContext> ann = http => http.User = Named("ann");

        var first = await app.GetAsync("/articles/7", ann);
        var second = await app.GetAsync("/articles/7", ann);
        var other = await app.GetAsync("/articles/7", http => http.User = Named("bob"));
        await app.EditAsync("7", "2");

        second.CacheStatus.ShouldStartWith("Freshet; hit");
        other.CacheStatus.ShouldStartWith("Freshet; fwd=miss");
        first.Header("Cache-Control")!.ShouldNotContain("public");
        second.Header("Cache-Control")!.ShouldStartWith("private");
        (await app.GetAsync("/articles/7", ann)).Body.ShouldBe("2"); // invalidated like any other
    }

    [Theory]
    [InlineData("Set-Cookie", "a=b", "sets-cookie")]
    [InlineData("Cache-Control", "no-store", "says-no-store")]
    [InlineData("Cache-Control", "private, max-age=5", "says-no-store")]
    public async Task What_an_answer_says_keeps_it_out(string header, string value, string reason)
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", (HttpContext http) =>
        {
            http.Response.Headers.Append(header, value);
            return "page";
        }).CacheRendered(Profile.Minutes));

        var first = await app.GetAsync("/pages");
        await app.GetAsync("/pages");

        first.CacheStatus.ShouldBe($"Freshet; fwd=miss; detail={reason}");
        first.Header(header).ShouldBe(value);
        if (header != "Cache-Control") first.Header("Cache-Control").ShouldBeNull();
        app.Outputs.Store.Count.ShouldBe(0);
        app.Log.Of(2100).Single().Text.ShouldContain($"({reason})");
    }

    [Fact]
    public async Task A_cookie_set_when_the_answer_starts_keeps_it_out_too()
    {
        await using var server = await TestApp.StartAsync(
            map =>
            {
                map.Use((http, next) =>
                {
                    http.Response.OnStarting(() =>
                    {
                        http.Response.Headers.SetCookie = "session=1";
                        return Task.CompletedTask;
                    });
                    return next();
                });
                map.UseOutputCache();
                map.MapGet("/pages", () => "page").CacheRendered(Profile.Minutes);
            },
            builder => builder.Services.AddFreshet().UseOutputCaching());

        (await server.Client.ReadAsync("/pages")).Header("Cache-Status").ShouldBe("Freshet; fwd=miss; detail=sets-cookie");
        (await server.Client.ReadAsync("/pages")).Header("Cache-Status").ShouldBe("Freshet; fwd=miss; detail=sets-cookie");
    }

    [Fact]
    public async Task A_user_who_is_signed_in_only_behind_output_caching_keeps_the_page_out()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", (HttpContext http) =>
        {
            http.User = Named("ann");
            return "ann's page";
        }).CacheRendered(Profile.Minutes));

        (await app.GetAsync("/pages")).CacheStatus.ShouldBe("Freshet; fwd=miss; detail=signed-in");

        app.Outputs.Store.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    [InlineData(204)]
    public async Task Only_what_is_ok_is_stored(int status)
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", () => Results.StatusCode(status)).CacheRendered(Profile.Minutes));

        (await app.GetAsync("/pages")).CacheStatus.ShouldBe("Freshet; fwd=miss; detail=status");

        app.Outputs.Store.Count.ShouldBe(0);
        app.Log.Of(2100).ShouldBeEmpty(); // an address that does not exist is nobody's mistake
    }

    [Fact]
    public async Task Head_and_get_are_stored_apart()
    {
        await using var app = PageApp.Start(map => map.MapMethods("/pages", ["GET", "HEAD"], () => "page").CacheRendered(Profile.Minutes));

        await app.SendAsync("HEAD", "/pages");
        (await app.GetAsync("/pages")).CacheStatus.ShouldBe("Freshet; fwd=miss; stored");
        (await app.SendAsync("HEAD", "/pages")).CacheStatus.ShouldStartWith("Freshet; hit");
    }

    [Fact]
    public async Task Query_route_header_and_value_vary_and_tags_and_expiry_compose()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages/{id}", (string id, HttpContext http) => $"{id} {http.Request.QueryString} {http.Request.Headers.AcceptLanguage} {http.Request.Headers["X-Tenant"]}")
            .CacheRendered(Profile.Hours, vary => vary.SetVaryByQuery("page").SetVaryByHeader("Accept-Language").SetVaryByRouteValue("id")
                .VaryByValue(http => new("tenant", http.Request.Headers["X-Tenant"].ToString())).Tag("pages").Expire(TimeSpan.FromMinutes(2))));
        string[] different = ["/pages/1?page=1", "/pages/1?page=2", "/pages/2?page=1"];
        foreach (var path in different) (await app.GetAsync(path)).CacheStatus.ShouldBe("Freshet; fwd=miss; stored");
        (await app.GetAsync("/pages/1?page=1&utm=x")).CacheStatus.ShouldStartWith("Freshet; hit");
        (await app.GetAsync("/pages/1?page=1", http => http.Request.Headers.AcceptLanguage = "de")).CacheStatus.ShouldBe("Freshet; fwd=miss; stored");
        (await app.GetAsync("/pages/1?page=1", http => http.Request.Headers["X-Tenant"] = "b")).CacheStatus.ShouldBe("Freshet; fwd=miss; stored");

        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("pages", default);
        (await app.GetAsync("/pages/1?page=1")).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
        app.Time.Advance(TimeSpan.FromMinutes(2)); // and swept
        (await app.GetAsync("/pages/1?page=1")).CacheStatus.ShouldBe("Freshet; fwd=miss; stored");
    }

    [Fact]
    public async Task An_eviction_by_output_cachings_own_tag_is_not_straddled_either()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", async (Press press) =>
        {
            var text = press["7"];
            await press.RenderAsync();
            return text;
        }).CacheRendered(Profile.Minutes, vary => vary.Tag("pages")));
        var gate = new TaskCompletionSource();
        app.Press.OnRender = number => number == 1 ? gate.Task : Task.CompletedTask;

        var before = app.Get("/pages");
        app.Press["7"] = "2";
        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("pages", default);
        var after = await app.GetAsync("/pages");
        gate.SetResult();
        await before.DoneAsync();

        (after.Body, (await app.GetAsync("/pages")).Body).ShouldBe(("2", "2"));
    }

    [Fact]
    public async Task The_frameworks_own_metadata_composes_and_its_own_endpoints_stay_its_own()
    {
        await using var app = PageApp.Start(map =>
        {
            map.MapArticlePage("/both/{id}").CacheOutput(policy => policy.SetVaryByQuery("page")).CacheRendered(Profile.Minutes);
            map.MapArticlePage("/stock/{id}").CacheOutput();
            map.MapArticlePage("/none/{id}").CacheRendered(Profile.Minutes).CacheOutput(policy => policy.NoCache());
        });
        await app.GetAsync("/both/7?page=1");
        (await app.GetAsync("/both/7?page=1&x=1")).CacheStatus.ShouldStartWith("Freshet; hit");
        await app.GetAsync("/stock/7");
        await app.GetAsync("/none/7");
        app.Outputs.Store.Count.ShouldBe(1);

        await app.EditAsync("7", "2");

        (await app.GetAsync("/both/7?page=1")).Body.ShouldBe("2");
        (await app.GetAsync("/stock/7")).Body.ShouldBe("1"); // nobody told it
        (await app.GetAsync("/none/7")).Body.ShouldBe("2");
    }

    private static ClaimsPrincipal Named(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "cookie"));

    private sealed class ForMembers : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellationToken)
        {
            (context.AllowCacheLookup, context.AllowCacheStorage) = (true, true);
            return ValueTask.CompletedTask;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellationToken)
        {
            context.AllowCacheStorage = true;
            return ValueTask.CompletedTask;
        }
    }
}

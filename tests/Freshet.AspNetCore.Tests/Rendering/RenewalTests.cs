namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>Pages that are served while a render in the background replaces them.</summary>
public sealed class RenewalTests
{
    private static readonly TimeSpan _aged = Profile.Minutes.Revalidate;

    [Fact]
    public async Task Past_its_age_a_page_is_served_and_one_render_replaces_it()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");
        var gate = app.Hold(2);
        app.Time.Advance(_aged);

        var visits = new List<Visit>();
        for (var i = 0; i < 20; i++) visits.Add(await app.GetAsync("/articles/7"));
        await app.RendersAsync(2);
        gate.SetResult();
        await app.RenewedAsync();

        visits.ShouldAllBe(visit => visit.Body == "1" && visit.CacheStatus == "Freshet; hit; ttl=0; detail=renewing");
        app.Press.Renders.ShouldBe(2);
        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");
    }

    [Fact]
    public async Task A_page_marked_stale_is_not_served_past_the_deadline()
    {
        await using var app = PageApp.Start(map => map.MapArticlePage().CacheRendered(Profile.Hours));
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "2");

        app.Time.Advance(Profile.Default.Expire);

        var late = await app.GetAsync("/articles/7");
        (late.Body, late.CacheStatus).ShouldBe(("2", "Freshet; fwd=stale; stored"));
    }

    [Fact]
    public async Task A_part_that_accepts_nothing_stale_makes_the_page_strict()
    {
        await using var app = PageApp.Start(map => map.MapGet("/prices/{id}", (string id, IFreshet freshet, Press press, CancellationToken ct) =>
            Pages.ShowAsync(freshet, press, Site.Price, id, ct)).CacheRendered(Profile.Minutes));
        await app.GetAsync("/prices/7");

        await app.ImportAsync("7", "2");

        (await app.GetAsync("/prices/7")).Body.ShouldBe("2");
        await app.RevalidatePathAsync("/prices/7", PathScope.Page, byUser: false); // about the page, not its price
        (await app.GetAsync("/prices/7")).CacheStatus.ShouldContain("marked-stale");
    }

    [Fact]
    public async Task The_client_that_set_it_off_does_not_end_it_by_leaving()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press, CancellationToken ct) =>
        {
            await press.RenderAsync().WaitAsync(ct);
            return press[id];
        }).CacheRendered(Profile.Minutes));
        await app.GetAsync("/articles/7");
        var gate = app.Hold(2);
        app.Press["7"] = "2";
        app.Time.Advance(_aged);

        var first = await app.GetAsync("/articles/7");
        await app.RendersAsync(2);
        first.Leave();
        gate.SetResult();
        await app.RenewedAsync();

        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
        app.Press.Renders.ShouldBe(2);
    }

    [Fact]
    public async Task It_runs_the_whole_pipeline_with_services_of_its_own_and_the_requests_headers()
    {
        var seen = new List<(Guid Services, string Path, string Base, string Language, string? Condition, string? Token)>();
        await using var app = PageApp.Start(
            map => map.MapGet("/articles/{id}", (string id, HttpContext http, Scoped scoped, Press press) =>
            {
                lock (seen) seen.Add((scoped.Id, http.Request.Path, http.Request.PathBase, http.Request.Headers.AcceptLanguage!, http.Request.Headers.IfNoneMatch, http.Request.Headers[FreshnessHeaders.MinimumVersion]));
                return $"{press[id]} {http.Request.Headers.AcceptLanguage}";
            }).CacheRendered(Profile.Minutes, vary => vary.SetVaryByHeader("Accept-Language")),
            builder => builder.Services.AddScoped<Scoped>(),
            before: app => app.UsePathBase("/desk"),
            between: app => app.Use(async (http, next) =>
            {
                // Rewrites, as middleware may: a render that started after it would be rewritten twice.
                http.Request.Path = "/articles/" + http.Request.Path.Value!.Split('/')[^1].TrimStart('0');
                await next();
            }));
        await app.GetAsync("/desk/articles/07", http => http.Request.Headers.AcceptLanguage = "de");
        app.Press["07"] = "2"; // the route was matched before the path was rewritten
        app.Time.Advance(_aged);

        var aged = await app.GetAsync("/desk/articles/07", http =>
        {
            http.Request.Headers.AcceptLanguage = "de";
            http.Request.Headers.IfNoneMatch = "\"x\"";
        });
        await app.RenewedAsync();
        var renewed = await app.GetAsync("/desk/articles/07", http => http.Request.Headers.AcceptLanguage = "de");

        app.Log.All.Where(line => line.Id is 2100 or 2101).ShouldBeEmpty();
        (aged.Body, renewed.Body).ShouldBe(("1 de", "2 de"));
        seen.Count.ShouldBe(2);
        seen.Select(each => each.Services).Distinct().Count().ShouldBe(2);
        (seen[1].Path, seen[1].Base, seen[1].Language, seen[1].Condition).ShouldBe(("/articles/7", "/desk", "de", null));
        Scoped.Disposed.ShouldContain(seen[1].Services);
    }

    [Fact]
    public async Task A_request_past_the_deadline_does_not_wait_for_a_slow_render_in_the_background()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "2");
        var gate = app.Hold(2);
        await app.GetAsync("/articles/7");
        await app.RendersAsync(2);

        app.Time.Advance(Profile.Default.Expire); // past the deadline, and past the time others may join
        var own = await app.GetAsync("/articles/7");
        gate.SetResult();
        await app.RenewedAsync();

        own.Body.ShouldBe("2");
        app.Press.Renders.ShouldBe(3);
    }

    private sealed class Scoped : IDisposable
    {
        public static readonly System.Collections.Concurrent.ConcurrentBag<Guid> Disposed = [];

        public Guid Id { get; } = Guid.NewGuid();

        public void Dispose() => Disposed.Add(Id);
    }
}

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
        var gate = Hold(app, 2);
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
        var gate = Hold(app, 2);
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
    public async Task A_render_that_fails_is_logged_and_tried_again_at_growing_distances()
    {
        await using var app = PageApp.Start(map => map.MapArticlePage().CacheRendered(Profile.Hours));
        await app.GetAsync("/articles/7");
        app.Press.OnRender = number => number <= 3 ? throw new InvalidOperationException("The printer is on fire.") : Task.CompletedTask;
        await app.ImportAsync("7", "2");

        await VisitAsync(app, expectedRenders: 2);
        await VisitAsync(app, expectedRenders: 2); // within the first second
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await VisitAsync(app, expectedRenders: 3);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await VisitAsync(app, expectedRenders: 3); // two seconds now
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await VisitAsync(app, expectedRenders: 4);

        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
        var lines = app.Log.Of(2101);
        lines.Count.ShouldBe(2);
        lines[0].Text.ShouldStartWith("Renewing '/articles/{id}' in the background failed (InvalidOperationException), 1 times in a row.");
        lines[1].Text.ShouldContain("2 times in a row");
    }

    [Fact]
    public async Task A_page_that_is_gone_by_now_is_not_served_again()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async Task<IResult> (string id, IFreshet freshet, CancellationToken ct) =>
            await freshet.ReadAsync(Site.Text, id, ct) is "gone" ? Results.NotFound() : Results.Text("here")).CacheRendered(Profile.Minutes));
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "gone");

        (await app.GetAsync("/articles/7")).Body.ShouldBe("here"); // once more
        await app.RenewedAsync();

        (await app.GetAsync("/articles/7")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_server_error_leaves_the_old_page_until_its_deadline()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async Task<IResult> (string id, IFreshet freshet, CancellationToken ct) =>
            await freshet.ReadAsync(Site.Text, id, ct) is "broken" ? Results.StatusCode(503) : Results.Text("here")).CacheRendered(Profile.Hours));
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "broken");

        await app.GetAsync("/articles/7");
        await app.RenewedAsync();

        (await app.GetAsync("/articles/7")).Body.ShouldBe("here");
        app.Log.Of(2101).Single().Text.ShouldContain("(server error)");
    }

    [Fact]
    public async Task A_few_run_at_once_and_the_others_wait_in_line()
    {
        await using var app = PageApp.Start();
        var pages = Renewals.MostRunning + 5;
        for (var id = 0; id < pages; id++) await app.GetAsync($"/articles/{id}");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Press.OnRender = _ => gate.Task;
        app.Time.Advance(_aged);

        for (var id = 0; id < pages; id++) await app.GetAsync($"/articles/{id}");
        await app.RendersAsync(pages + Renewals.MostRunning);
        app.Renewals.Counts.ShouldBe((Renewals.MostRunning, 5));
        gate.SetResult();
        await app.RenewedAsync();

        app.Press.Renders.ShouldBe(2 * pages);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_cancelled_and_gives_its_place_back()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press, CancellationToken ct) =>
        {
            await press.RenderAsync().WaitAsync(ct);
            return press[id];
        }).CacheRendered(Profile.Hours));
        await app.GetAsync("/articles/7");
        Hold(app, 2);
        app.Time.Advance(Profile.Hours.Revalidate);
        await app.GetAsync("/articles/7");
        await app.RendersAsync(2);

        app.Time.Advance(Renewals.MostTime);
        await app.RenewedAsync();

        app.Renewals.Counts.ShouldBe((0, 0));
        app.Log.Of(2101).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_applications_end_cancels_what_runs_and_lets_it_end_before_its_services_are_gone()
    {
        var ended = false;
        var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press, CancellationToken ct) =>
        {
            try
            {
                await press.RenderAsync().WaitAsync(ct);
            }
            finally
            {
                ended = true;
            }
            return press[id];
        }).CacheRendered(Profile.Minutes));
        await app.GetAsync("/articles/7");
        Hold(app, 2);
        app.Time.Advance(_aged);
        await app.GetAsync("/articles/7");
        await app.RendersAsync(2);
        ended = false;

        await app.DisposeAsync();

        ended.ShouldBeTrue();
        app.Log.Of(2101).ShouldBeEmpty(); // nobody's fault
    }

    [Fact]
    public async Task A_request_past_the_deadline_does_not_wait_for_a_slow_render_in_the_background()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "2");
        var gate = Hold(app, 2);
        await app.GetAsync("/articles/7");
        await app.RendersAsync(2);

        app.Time.Advance(Profile.Default.Expire); // past the deadline, and past the time others may join
        var own = await app.GetAsync("/articles/7");
        gate.SetResult();
        await app.RenewedAsync();

        own.Body.ShouldBe("2");
        app.Press.Renders.ShouldBe(3);
    }

    private static async Task VisitAsync(PageApp app, int expectedRenders)
    {
        (await app.GetAsync("/articles/7")).Status.ShouldBe(200);
        await app.RenewedAsync();
        app.Press.Renders.ShouldBe(expectedRenders);
    }

    private static TaskCompletionSource Hold(PageApp app, int number)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Press.OnRender = each => each == number ? gate.Task : Task.CompletedTask;
        return gate;
    }

    private sealed class Scoped : IDisposable
    {
        public static readonly System.Collections.Concurrent.ConcurrentBag<Guid> Disposed = [];

        public Guid Id { get; } = Guid.NewGuid();

        public void Dispose() => Disposed.Add(Id);
    }
}

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>Renders in the background that fail, take too long or find the page gone, and how many there are.</summary>
public sealed class RenewalLimitsTests
{
    private static readonly TimeSpan _aged = Profile.Minutes.Revalidate;

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
    public async Task A_page_that_varies_by_what_only_a_client_has_is_not_renewed_on_and_on()
    {
        await using var app = PageApp.Start(map => map.MapArticlePage()
            .CacheRendered(Profile.Minutes, vary => vary.VaryByValue(http => new("client", http.Features.Get<BackgroundRender>() is null ? "yes" : "no"))));
        await app.GetAsync("/articles/7");
        app.Time.Advance(_aged);

        for (var i = 0; i < 3; i++)
        {
            await app.GetAsync("/articles/7");
            await app.RenewedAsync();
        }

        app.Press.Renders.ShouldBe(2);
        app.Log.Of(2101).Single().Text.ShouldContain("(it varies by what only a client has)");
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
        app.Hold(2);
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
        app.Hold(2);
        app.Time.Advance(_aged);
        await app.GetAsync("/articles/7");
        await app.RendersAsync(2);
        ended = false;

        await app.DisposeAsync();

        ended.ShouldBeTrue();
        app.Log.Of(2101).ShouldBeEmpty(); // nobody's fault
    }

    private static async Task VisitAsync(PageApp app, int expectedRenders)
    {
        (await app.GetAsync("/articles/7")).Status.ShouldBe(200);
        await app.RenewedAsync();
        app.Press.Renders.ShouldBe(expectedRenders);
    }
}

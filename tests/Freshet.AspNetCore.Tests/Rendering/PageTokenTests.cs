namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class PageTokenTests
{
    [Fact]
    public async Task PROTOCOL_11_to_a_writer_whose_token_is_newer_marked_stale_counts_as_expired()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "2");

        var writer = await app.GetAsync("/articles/7", With(TokenOf(app)));

        (writer.Body, writer.CacheStatus).ShouldBe(("2", "Freshet; fwd=stale; stored"));
        writer.Header("Cache-Control").ShouldBe("private, no-cache");
    }

    [Fact]
    public async Task A_writer_whose_token_is_reached_is_answered_from_the_store()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.EditAsync("7", "2");
        await app.GetAsync("/articles/7");
        await app.EditAsync("8", "2");

        (await app.GetAsync("/articles/7", With(TokenOf(app)))).CacheStatus.ShouldStartWith("Freshet; hit"); // nothing of it was outdated since
    }

    [Fact]
    public async Task To_a_writer_whose_token_is_newer_age_counts_too()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.GetAsync("/articles/7");
        await app.EditAsync("8", "2");
        app.Time.Advance(Profile.Minutes.Revalidate);

        (await app.GetAsync("/articles/7", With(TokenOf(app)))).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
    }

    [Fact]
    public async Task A_writer_does_not_join_a_render_begun_before_their_write()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", async (Press press) =>
        {
            var text = press["7"]; // untagged, so that only the token tells
            await press.RenderAsync();
            return text;
        }).CacheRendered(Profile.Minutes), Wire.UseKey);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Press.OnRender = number => number == 1 ? gate.Task : Task.CompletedTask;

        var before = app.Get("/pages");
        await app.EditAsync("7", "2");
        var writer = await app.GetAsync("/pages", With(TokenOf(app)));
        gate.SetResult();
        await before.DoneAsync();

        writer.Body.ShouldBe("2");
        (await app.GetAsync("/pages")).Body.ShouldBe("2"); // P13: the older one landed later
    }

    [Fact]
    public async Task A_token_out_of_reach_is_answered_from_the_source_and_leaves_the_store_alone()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.GetAsync("/articles/7");
        app.Press["7"] = "2";
        var future = new ConsistencyToken(app.Node.Applied.Position.Epoch, 99);

        var writer = await app.GetAsync("/articles/7", With(Wire.Codec(Wire.Key).Write(future)));

        (writer.Body, writer.CacheStatus, writer.Header(FreshnessHeaders.Satisfied)).ShouldBe(("2", "Freshet; fwd=request; detail=part-unsatisfied", "false"));
        (await app.GetAsync("/articles/7")).Body.ShouldBe("1");
    }

    [Fact]
    public async Task A_minimum_version_is_met_by_a_render_that_is_stored_for_the_others()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");

        var asked = await app.GetAsync("/articles/7", http => http.Request.Headers[FreshnessHeaders.MinimumVersion] = "3");

        asked.CacheStatus.ShouldBe("Freshet; fwd=request; stored; detail=minimum-version");
        app.Press.Renders.ShouldBe(2);
    }

    [Fact]
    public async Task Freshness_headers_tell_of_the_page_as_it_is_stored()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.EditAsync("8", "2");
        await app.Freshet.ReadAsync(Site.Text, "7"); // loaded at 1
        await app.EditAsync("8", "3");

        var rendered = await app.GetAsync("/articles/7");
        await app.EditAsync("8", "4");
        var stored = await app.GetAsync("/articles/7");

        var tags = PathTags.Of("/articles/7", "/articles/{id}").Append(Site.Article.For("7")).Select(Wire.Hash).ToArray();
        rendered.Header(FreshnessHeaders.Position).ShouldBe("2-2");
        stored.Header(FreshnessHeaders.Position).ShouldBe("2-3");
        foreach (var visit in (Visit[])[rendered, stored]) visit.Header(FreshnessHeaders.Tags)!.Split(' ').ShouldBe(tags, ignoreOrder: true);
        stored.Header(FreshnessHeaders.Epoch).ShouldBe(rendered.Header(FreshnessHeaders.Epoch));
    }

    [Fact]
    public async Task A_page_that_reads_nothing_cached_has_freshness_headers_too()
    {
        await using var app = PageApp.Start(map => map.MapGet("/plain", () => "plain").CacheRendered(Profile.Minutes));
        await app.EditAsync("8", "2");

        (await app.GetAsync("/plain")).Header(FreshnessHeaders.Position).ShouldBe("1-1");
        (await app.GetAsync("/plain")).Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }

    [Fact]
    public async Task A_page_marked_stale_is_known_valid_only_where_it_was_rendered()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "2");

        var stale = await app.GetAsync("/articles/7");

        stale.Header(FreshnessHeaders.Position).ShouldBe("0-0");
        stale.Header("Cache-Control").ShouldBe("private, no-cache"); // shown once, not kept
        await app.RenewedAsync();
    }

    [Fact]
    public async Task A_render_in_the_background_is_not_bound_by_the_cookie_of_whoever_set_it_off()
    {
        await using var app = PageApp.Start(configure: Wire.UseKey);
        await app.GetAsync("/articles/7");
        var reached = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Node.Applied.Position.Epoch, 0));
        app.Time.Advance(Profile.Minutes.Revalidate);
        app.Press["7"] = "2";

        var aged = await app.GetAsync("/articles/7", http => http.Request.Headers.Cookie = $"freshness-token={reached}");
        await app.RenewedAsync();

        aged.CacheStatus.ShouldContain("renewing");
        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");
    }

    private static string TokenOf(PageApp app) => Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Node.Applied.Position.Epoch, app.Node.Applied.Position.Position));

    private static Action<HttpContext> With(string token) => http => http.Request.Headers[FreshnessHeaders.Token] = token;
}

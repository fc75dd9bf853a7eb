namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>A page is made of what it reads: no fresher, no longer lived, no more storable.</summary>
public sealed class PagePartTests
{
    [Fact]
    public async Task PROTOCOL_15_a_part_marked_stale_is_loaded_before_it_is_rendered_into_a_page()
    {
        await using var app = PageApp.Start();
        await app.Freshet.ReadAsync(Site.Text, "7");
        await app.ImportAsync("7", "2");

        var first = await app.GetAsync("/articles/7");

        first.Body.ShouldBe("2"); // outside a page this read would have been given the stale value
        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");
    }

    [Fact]
    public async Task PROTOCOL_15_the_last_good_value_is_not_rendered_into_a_page()
    {
        await using var app = PageApp.Start();
        await app.Freshet.ReadAsync(Site.Text, "7");
        await app.EditAsync("7", "2");
        app.Press.LoadFails = new InvalidOperationException("The archive is closed.");

        (await app.Freshet.ReadAnswerAsync(Site.Text, "7")).Source.ShouldBe(AnswerSource.LastGood);
        await Should.ThrowAsync<InvalidOperationException>(app.GetAsync("/articles/7"));
        app.Outputs.Store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_part_that_is_not_to_be_cached_keeps_the_page_out_and_is_told_once()
    {
        await using var app = PageApp.Start(Page(Site.Draft));

        var first = await app.GetAsync("/pages/7");
        var second = await app.GetAsync("/pages/7");

        first.CacheStatus.ShouldBe("Freshet; fwd=miss; detail=part-not-cacheable");
        second.CacheStatus.ShouldBe("Freshet; fwd=miss; detail=part-not-cacheable");
        app.Press.Renders.ShouldBe(2);
        app.Log.Of(2100).Single().Text.ShouldStartWith("'/pages/{id}' is cached rendered, but was not stored (part-not-cacheable)");
    }

    [Fact]
    public async Task A_part_read_past_the_cache_because_an_action_has_touched_it_keeps_the_page_out()
    {
        await using var app = PageApp.Start(between: app => app.Use(async (http, next) =>
        {
            var freshet = http.RequestServices.GetRequiredService<IFreshet>();
            await using var action = freshet.BeginUserAction("visit");
            freshet.Raise(new ArticleEdited("7")); // not committed, for all the page knows
            await next();
            await action.CompleteAsync();
        }));

        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; fwd=miss; detail=part-bypassed");
        app.Outputs.Store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_tag_found_by_a_loader_outdates_the_page()
    {
        await using var app = PageApp.Start(Page(Site.Byline));
        await app.GetAsync("/pages/7");

        await app.WriteAsync(() => app.Freshet.BeginUserAction("rename"), () => app.Press["7"] = "2", () => app.Freshet.UpdateTag(Site.Author.For("ann")));

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task A_page_lives_no_longer_than_its_shortest_lived_part()
    {
        await using var app = PageApp.Start(map => PageOf(Site.Price)(map, Profile.Days));
        await app.Freshet.ReadAsync(Site.Price, "7"); // lives 2 minutes, give or take a tenth
        app.Time.Advance(TimeSpan.FromSeconds(100));
        await app.GetAsync("/pages/7");
        app.Press["7"] = "2"; // nobody said so

        app.Time.Advance(TimeSpan.FromSeconds(40));

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
    }

    [Theory]
    [InlineData(60, 24)] // by the profile
    [InlineData(24, 60)] // by the keyspace
    public async Task R5_a_page_dies_by_its_profile_or_the_keyspaces_maximum(int profileHours, int maximumHours)
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/plain", (Press press) => press["7"]).CacheRendered(new Profile("long", TimeSpan.Zero, TimeSpan.FromHours(80), TimeSpan.FromHours(profileHours))),
            freshet: added => added.Configure(options => options.MaxTimeToLive = TimeSpan.FromHours(maximumHours)).UseOutputCaching());
        await app.GetAsync("/plain");
        app.Press["7"] = "2";

        app.Time.Advance(TimeSpan.FromHours(21)); // a tenth less at most
        (await app.GetAsync("/plain")).Body.ShouldBe("1");
        app.Time.Advance(TimeSpan.FromHours(3));
        (await app.GetAsync("/plain")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task S25_pages_rendered_together_do_not_die_together()
    {
        await using var app = PageApp.Start(map => map.MapGet("/plain/{id}", (string id) => id).CacheRendered(Profile.Minutes));
        for (var id = 0; id < 200; id++) await app.GetAsync($"/plain/{id}");

        var deaths = ((EntryStore<string, RenderedOutput>)app.Outputs.Store).Snapshot().Select(entry => entry.ExpiresAt).ToList();
        deaths.Distinct().Count().ShouldBeGreaterThan(100);
        deaths.Max().ShouldBeLessThanOrEqualTo((long)Profile.Minutes.Expire.TotalMilliseconds);
    }

    [Fact]
    public async Task What_is_read_in_front_of_the_page_is_part_of_it()
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/pages/{id}", (HttpContext http) => (string)http.Items["text"]!).CacheRendered(Profile.Minutes),
            between: app => app.Use(async (http, next) =>
            {
                http.Items["text"] = await http.RequestServices.GetRequiredService<IFreshet>().ReadAsync(Site.Text, "7");
                await next();
            }));
        await app.GetAsync("/pages/7");

        await app.EditAsync("7", "2");

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task What_was_read_in_front_of_the_page_and_outdated_before_it_began_makes_it_that_old()
    {
        PageApp? running = null;
        await using var app = running = PageApp.Start(
            map => map.MapGet("/pages/{id}", (HttpContext http) => (string)http.Items["text"]!).CacheRendered(Profile.Minutes),
            between: app => app.Use(async (http, next) =>
            {
                http.Items["text"] = await http.RequestServices.GetRequiredService<IFreshet>().ReadAsync(Site.Text, "7");
                if (http.Request.Query.ContainsKey("slow")) await running!.EditAsync("7", "2");
                await next();
            }));

        (await app.GetAsync("/pages/7?slow")).Body.ShouldBe("1");
        app.Outputs.Store.Count.ShouldBe(0); // its render began after the write, but what it shows was read before
    }

    [Fact]
    public async Task A_new_epoch_outdates_every_page()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");

        app.Node.StartOver(new LogPosition(Epoch.Create(), 0));

        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
    }

    [Fact]
    public async Task What_is_read_in_a_scope_of_its_own_is_part_of_the_page()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages/{id}", async (string id, IFreshet freshet, Press press, CancellationToken ct) =>
        {
            using var scope = freshet.BeginReadScope();
            return await Pages.ShowAsync(freshet, press, Site.Text, id, ct);
        }).CacheRendered(Profile.Minutes));
        await app.GetAsync("/pages/7");

        await app.EditAsync("7", "2");

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
    }

    private static Action<WebApplication> Page(CachedQuery<string, string> query) => app => PageOf(query)(app, Profile.Minutes);

    private static Action<WebApplication, Profile> PageOf(CachedQuery<string, string> query) => (app, profile) =>
        app.MapGet("/pages/{id}", (string id, IFreshet freshet, Press press, CancellationToken ct) => Pages.ShowAsync(freshet, press, query, id, ct)).CacheRendered(profile);
}

using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>One render for many requests, and none of them joins one that is outdated. Every order of events is made by hand.</summary>
public sealed class SinglePageRenderTests
{
    [Fact]
    public async Task A_hundred_requests_of_a_cold_page_are_one_render()
    {
        await using var app = PageApp.Start();
        var gate = app.Hold(1);

        var visits = Enumerable.Range(0, 100).Select(_ => app.Get("/articles/7")).ToList();
        visits.ShouldAllBe(visit => visit.IsWaiting);
        gate.SetResult();
        foreach (var visit in visits) await visit.DoneAsync();

        app.Press.Renders.ShouldBe(1);
        visits.ShouldAllBe(visit => visit.Body == "1");
        visits.Select(visit => visit.CacheStatus).Distinct().ShouldBe(["Freshet; fwd=miss; stored", "Freshet; fwd=miss; collapsed"]);
        app.Requests.Count.ShouldBe(0);
    }

    [Fact]
    public async Task P6_a_request_issued_after_the_invalidation_does_not_join_the_old_render()
    {
        await using var app = PageApp.Start();
        var gate = app.Hold(1);

        var before = app.Get("/articles/7");
        await app.RendersAsync(1);
        await app.EditAsync("7", "2");
        var after = await app.GetAsync("/articles/7"); // not waiting for the gate
        gate.SetResult();

        (await before.DoneAsync()).Body.ShouldBe("1"); // asked before the write
        after.Body.ShouldBe("2");
        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
        app.Press.Renders.ShouldBe(2);
    }

    [Fact]
    public async Task P6_the_stock_output_cache_lets_it_join_and_stores_the_old_page()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press) =>
        {
            var text = press[id];
            await press.RenderAsync();
            return text;
        }).CacheOutput(policy => policy.Tag("article:7")));
        var gate = app.Hold(1);

        var before = app.Get("/articles/7");
        await app.RendersAsync(1);
        await app.EditAsync("7", "2");
        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("article:7", default);
        var after = app.Get("/articles/7");
        after.IsWaiting.ShouldBeTrue(); // for the render that had read before the write
        gate.SetResult();

        (await before.DoneAsync()).Body.ShouldBe("1");
        (await after.DoneAsync()).Body.ShouldBe("1");
        (await app.GetAsync("/articles/7")).Body.ShouldBe("1"); // and so is everybody until it expires
    }

    [Fact]
    public async Task P13_an_older_slower_render_never_replaces_a_newer_one()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press) =>
        {
            var text = press[id]; // past the cache, so that no tag tells the two apart: only their loadedAt does
            await press.RenderAsync();
            return text;
        }).CacheRendered(Profile.Minutes));
        var gate = app.Hold(1);

        var older = app.Get("/articles/7");
        app.Press["7"] = "2";
        await app.EditAsync("8", "2"); // the log goes on
        app.Time.Advance(RenderedOutputs.MostWait); // so the older one is not joined any more
        var newer = await app.GetAsync("/articles/7");
        gate.SetResult();
        await older.DoneAsync();

        newer.Body.ShouldBe("2");
        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task P13_nor_does_one_that_began_earlier_at_the_same_position()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press) =>
        {
            var text = press[id];
            await press.RenderAsync();
            return text;
        }).CacheRendered(Profile.Minutes));
        var gate = app.Hold(1);

        var older = app.Get("/articles/7");
        app.Press["7"] = "2"; // nobody said so
        app.Time.Advance(RenderedOutputs.MostWait); // so the older one is not joined any more
        await app.GetAsync("/articles/7");
        gate.SetResult();
        await older.DoneAsync();

        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task R1_a_render_that_straddles_an_invalidation_is_not_stored()
    {
        await using var app = PageApp.Start();
        var gate = app.Hold(1);

        var straddling = app.Get("/articles/7");
        await app.RendersAsync(1);
        await app.EditAsync("7", "2");
        gate.SetResult();
        await straddling.DoneAsync();

        app.Outputs.Store.Count.ShouldBe(0);
        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task PROTOCOL_6_a_tag_found_late_sends_those_who_came_after_its_invalidation_to_a_render_of_their_own()
    {
        await using var app = PageApp.Start(MapLateReader);
        var (first, second) = (app.Hold(1), app.Hold(2));

        var older = app.Get("/late/7");
        await app.EditAsync("7", "2"); // a tag that nobody can know yet
        var joined = app.Get("/late/7");
        app.Press.Renders.ShouldBe(1); // it waits for the older one
        first.SetResult();
        await older.DoneAsync();
        await app.RendersAsync(2);
        await app.EditAsync("7", "3"); // outdates the render it now runs itself: it accepts that one, whatever happens
        second.SetResult();

        older.Body.ShouldBe("1 2"); // what it had read before, and what it read late
        (await joined.DoneAsync()).Body.ShouldBe("2 3");
        app.Press.Renders.ShouldBe(2);
    }

    [Fact]
    public async Task A_render_of_an_earlier_epoch_is_not_joined_and_not_stored()
    {
        await using var app = PageApp.Start();
        var gate = app.Hold(1);

        var before = app.Get("/articles/7");
        await app.RendersAsync(1);
        app.Press["7"] = "2";
        app.Node.StartOver(new LogPosition(Epoch.Create(), 0));
        var after = await app.GetAsync("/articles/7");
        gate.SetResult();
        await before.DoneAsync();

        after.Body.ShouldBe("2");
        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
    }

    /// <summary>Renders a page that reads one thing first and another after the gate.</summary>
    private static void MapLateReader(WebApplication app) => app.MapGet("/late/{id}", async (string id, IFreshet freshet, Press press, CancellationToken ct) =>
    {
        var early = press[id];
        await press.RenderAsync();
        return $"{early} {await freshet.ReadAsync(Site.Text, id, ct)}";
    }).CacheRendered(Profile.Minutes);
}

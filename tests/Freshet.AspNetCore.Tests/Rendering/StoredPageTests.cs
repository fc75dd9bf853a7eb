namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class StoredPageTests
{
    [Fact]
    public async Task The_second_request_is_answered_from_the_store()
    {
        await using var app = PageApp.Start();

        var first = await app.GetAsync("/articles/7");
        var second = await app.GetAsync("/articles/7");

        (first.Body, first.CacheStatus).ShouldBe(("1", "Freshet; fwd=miss; stored"));
        (second.Body, second.CacheStatus).ShouldBe(("1", "Freshet; hit; ttl=60"));
        app.Press.Renders.ShouldBe(1);
    }

    [Fact]
    public async Task A_write_outdates_the_pages_that_show_it_and_no_others()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");
        await app.GetAsync("/articles/8");

        await app.EditAsync("7", "2");

        (await app.GetAsync("/articles/7")).Body.ShouldBe("2");
        (await app.GetAsync("/articles/8")).CacheStatus.ShouldStartWith("Freshet; hit");
        app.Press.Renders.ShouldBe(3);
    }

    [Fact]
    public async Task A_page_marked_stale_is_served_once_more_while_one_render_replaces_it()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");

        await app.ImportAsync("7", "2");
        var stale = await app.GetAsync("/articles/7");
        await app.RenewedAsync();
        var renewed = await app.GetAsync("/articles/7");

        (stale.Body, stale.CacheStatus).ShouldBe(("1", "Freshet; hit; ttl=-1; detail=marked-stale"));
        (renewed.Body, renewed.CacheStatus).ShouldBe(("2", "Freshet; hit; ttl=60"));
        app.Press.Renders.ShouldBe(2);
    }
}

using Microsoft.AspNetCore.Http.Extensions;

namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class RevalidatePathTests
{
    [Theory]
    [InlineData("/articles/7", PathScope.Page, "/articles/7")]
    [InlineData("articles/7/", PathScope.Page, "/articles/7")]
    [InlineData("/ARTICLES/7", PathScope.Page, "/articles/7")]
    [InlineData("/articles/7", PathScope.Layout, "/articles/7 /articles/7/print")]
    [InlineData("/articles/{id}", PathScope.Page, "/articles/7 /articles/8")]
    [InlineData("/articles/{id}", PathScope.Layout, "/articles/7 /articles/7/print /articles/8")]
    [InlineData("/articles/{id}/print", PathScope.Page, "/articles/7/print")]
    [InlineData("/articles", PathScope.Layout, "/articles/7 /articles/7/print /articles/8")]
    [InlineData("/", PathScope.Page, "/")]
    [InlineData("/", PathScope.Layout, "/ /articles/7 /articles/7/print /articles/8 /days/2026-04 /files/a/b /files/caf\u00e9 /reports/q1.pdf")]
    [InlineData("/files/{**path}", PathScope.Page, "/files/a/b /files/caf\u00e9")]
    [InlineData("/files/{path}", PathScope.Page, "/files/a/b /files/caf\u00e9")]
    [InlineData("/files/a", PathScope.Layout, "/files/a/b")]
    [InlineData("/files/caf%C3%A9", PathScope.Page, "/files/caf\u00e9")]
    [InlineData("/reports/{name}.{extension}", PathScope.Page, "/reports/q1.pdf")]
    [InlineData("/reports/q1.pdf", PathScope.Page, "/reports/q1.pdf")]
    [InlineData("/days/{day:regex(^\\d{{4}}-\\d{{2}}$)}", PathScope.Page, "/days/2026-04")]
    [InlineData("/days/{day}", PathScope.Page, "/days/2026-04")]
    public async Task It_reaches_exactly_the_pages_that_carry_the_path(string path, PathScope scope, string expected)
    {
        await using var app = PageApp.Start(MapAll);
        string[] pages = ["/", "/articles/7", "/articles/7/print", "/articles/8", "/days/2026-04", "/files/a/b", "/files/caf\u00e9", "/reports/q1.pdf"];
        foreach (var page in pages) await app.GetAsync(page);

        await app.RevalidatePathAsync(path, scope);

        var outdated = new List<string>();
        foreach (var page in pages)
        {
            if ((await app.GetAsync(page)).CacheStatus == "Freshet; fwd=stale; stored") outdated.Add(page);
        }
        string.Join(' ', outdated).ShouldBe(expected);
    }

    [Fact]
    public async Task Outside_user_actions_it_marks_stale()
    {
        await using var app = PageApp.Start();
        await app.GetAsync("/articles/7");

        await app.RevalidatePathAsync("/articles/{id}", PathScope.Page, byUser: false);

        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=-1; detail=marked-stale");
        await app.RenewedAsync();
        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");
    }

    [Theory]
    [InlineData("/articles/{name}")]
    [InlineData("/nothing")]
    [InlineData("/articles/7?x=1")]
    public async Task What_reaches_no_endpoint_is_an_error_and_writes_nothing(string path)
    {
        await using var app = PageApp.Start();
        await using var action = app.Freshet.BeginUserAction("edit");

        var error = Should.Throw<UnknownPathException>(() => app.Freshet.RevalidatePath(path, PathScope.Page));
        await action.CompleteAsync();

        (error.Code, error.Path).ShouldBe(("unknown-path", path));
        error.Message.ShouldContain("route pattern exactly as it was mapped");
        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Paths_are_without_path_base()
    {
        await using var app = PageApp.Start(before: app => app.UsePathBase("/desk"));
        await app.GetAsync("/desk/articles/7");
        (await app.GetAsync("/desk/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");

        await app.RevalidatePathAsync("/articles/7", PathScope.Page);

        (await app.GetAsync("/desk/articles/7")).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
        await using var action = app.Freshet.BeginUserAction("edit");
        Should.Throw<UnknownPathException>(() => app.Freshet.RevalidatePath("/desk/articles/7", PathScope.Page));
    }

    [Fact]
    public async Task A_group_of_pages_shares_its_layout()
    {
        await using var app = PageApp.Start(app =>
        {
            var group = app.MapGroup("/statements").CacheRendered(Profile.Minutes);
            group.MapGet("/{year:int}", (int year) => $"{year}");
            group.MapGet("/latest", () => "latest");
            group.MapPost("/{year:int}", (int year) => $"posted {year}");
        });
        await app.GetAsync("/statements/2026");
        await app.GetAsync("/statements/latest");

        await app.RevalidatePathAsync("/statements", PathScope.Layout);

        (await app.GetAsync("/statements/2026")).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
        (await app.GetAsync("/statements/latest")).CacheStatus.ShouldBe("Freshet; fwd=stale; stored");
        (await app.SendAsync("POST", "/statements/2026")).Header("Cache-Status").ShouldBeNull();
    }

    [Fact]
    public async Task What_one_route_pattern_shows_carries_nothing_of_another()
    {
        await using var app = PageApp.Start(MapAll);
        await app.GetAsync("/articles/7");

        await app.RevalidatePathAsync("/articles/{id}/print", PathScope.Layout);

        (await app.GetAsync("/articles/7")).CacheStatus.ShouldBe("Freshet; hit; ttl=60");
    }

    private static void MapAll(WebApplication app)
    {
        var pages = app.MapGroup("").CacheRendered(Profile.Minutes);
        foreach (var pattern in (string[])["/", "/articles/{id}", "/articles/{id}/print", "/files/{**path}", "/reports/{name}.{extension}", "/days/{day:regex(^\\d{{4}}-\\d{{2}}$)}"])
            pages.MapGet(pattern, (HttpContext http) => http.Request.GetDisplayUrl());
    }
}

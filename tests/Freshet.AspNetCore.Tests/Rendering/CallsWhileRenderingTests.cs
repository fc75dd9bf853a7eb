namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class CallsWhileRenderingTests
{
    public static TheoryData<string, Action<IFreshet>> Calls => new()
    {
        { "Raise", freshet => freshet.Raise(new ArticleEdited("7")) },
        { "UpdateTag", freshet => freshet.UpdateTag(Site.Article.For("7")) },
        { "RevalidateTag", freshet => freshet.RevalidateTag(Site.Article.For("7"), Profile.Minutes) },
        { "RevalidateTag", freshet => freshet.RevalidateTag(Site.Article.For("7"), Expire.Now) },
        { "RevalidatePath", freshet => freshet.RevalidatePath("/pages", PathScope.Page) },
        { "Refresh", freshet => freshet.Refresh() },
        { "BeginUserAction", freshet => freshet.BeginUserAction("edit") },
        { "BeginWebhook", freshet => freshet.BeginWebhook("import") },
        { "BeginJob", freshet => freshet.BeginJob("night") },
        { "BeginOperator", freshet => freshet.BeginOperator("flush", "ann", "because") },
    };

    [Theory]
    [MemberData(nameof(Calls), DisableDiscoveryEnumeration = true)]
    public async Task A_call_that_invalidates_throws_while_a_page_is_rendered_to_be_stored(string name, Action<IFreshet> call)
    {
        TriggerException? thrown = null;
        await using var app = PageApp.Start(map => map.MapGet("/pages", (IFreshet freshet) =>
        {
            thrown = Should.Throw<TriggerException>(() => call(freshet));
            return "page";
        }).CacheRendered(Profile.Minutes));

        await app.GetAsync("/pages");

        (thrown!.Code, thrown.Call).ShouldBe(("while-rendering", name));
        thrown.Message.ShouldContain("'/pages'");
        thrown.Message.ShouldEndWith("Move it to an endpoint that writes, or do not cache this one.");
        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Also_in_an_action_around_the_request_which_keeps_nothing_of_it()
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/pages", (IFreshet freshet) =>
            {
                Should.Throw<TriggerException>(() => freshet.Raise(new ArticleEdited("7")));
                return "page";
            }).CacheRendered(Profile.Minutes),
            between: app => app.Use(async (http, next) =>
            {
                await using var action = http.RequestServices.GetRequiredService<IFreshet>().BeginUserAction("visit");
                await next();
                await action.CompleteAsync();
            }));

        await app.GetAsync("/pages");

        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    [Fact]
    public async Task An_endpoint_that_declares_a_user_action_itself_cannot_be_rendered_to_be_stored()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages", () => "page").UserAction().CacheRendered(Profile.Minutes));

        var answer = await app.GetAsync("/pages");

        answer.Status.ShouldBe(500);
        answer.Body.ShouldContain("while-rendering");
        app.Outputs.Store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task After_the_page_is_complete_the_request_may_write()
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/pages", () => "page").CacheRendered(Profile.Minutes),
            between: app => app.Use(async (http, next) =>
            {
                await next();
                await using var action = http.RequestServices.GetRequiredService<IFreshet>().BeginJob("count visitors");
                http.RequestServices.GetRequiredService<IFreshet>().Raise(new ArticleEdited("9"));
                await action.CompleteAsync();
            }));

        await app.GetAsync("/pages");
        await app.GetAsync("/pages");

        app.Freshet.Log.Position.Position.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_in_a_group_of_pages_is_no_render()
    {
        await using var app = PageApp.Start(map => map.MapGroup("/pages").CacheRendered(Profile.Minutes)
            .MapPost("/{id}", (string id, IFreshet freshet) => freshet.Raise(new ArticleEdited(id))).Raises<ArticleEdited>());

        (await app.SendAsync("POST", "/pages/7")).Status.ShouldBe(200);

        app.Freshet.Log.Position.Position.ShouldBe(1);
    }
}

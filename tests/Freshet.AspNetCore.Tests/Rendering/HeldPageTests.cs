namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>R8 of pages: one with a high part is neither served, shared nor stored while a write of what it shows is on its way.</summary>
public sealed class HeldPageTests
{
    private static readonly Writer _writer = new(TriggerKind.UserAction, "price", "ann", null);

    [Fact]
    public async Task A_stored_page_with_a_high_part_is_rendered_anew_under_a_hold_and_served_again_after_a_release()
    {
        await using var app = StartWith(Site.Price);
        await app.GetAsync("/pages/7");
        var hold = await HoldAsync(app);
        app.Press["7"] = "2"; // the commit

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
        app.Press["7"] = "3";
        (await app.GetAsync("/pages/7")).Body.ShouldBe("3");

        await ReleaseAsync(app, hold);
        (await app.GetAsync("/pages/7")).Body.ShouldBe("1", "by its writer's word nothing happened");
        app.Outputs.Store.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_page_without_a_high_part_is_served()
    {
        await using var app = StartWith(Site.Text);
        await app.GetAsync("/pages/7");
        await HoldAsync(app);
        app.Press["7"] = "2";

        (await app.GetAsync("/pages/7")).Body.ShouldBe("1");
    }

    /// <summary>A render that began under the hold may have read its part before the commit. Who comes after the commit is told so when the render is done.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_after_the_commit_does_not_take_a_render_from_before_it(bool resolvedMeanwhile)
    {
        await using var app = StartWith(Site.Price);
        var hold = await HoldAsync(app);
        var gate = app.Hold(1);
        var before = app.Get("/pages/7"); // has read 1
        await app.RendersAsync(1);
        app.Press["7"] = "2"; // the commit
        var after = app.Get("/pages/7");
        after.IsWaiting.ShouldBeTrue();
        if (resolvedMeanwhile) await LogOf(app).AppendAsync(_writer, [new RecordDraft(hold.Release.Draft, "Raise", null, null, [new(Site.Article.For("7"), InvalidationKind.Expire, TimeSpan.Zero)])]);
        gate.SetResult();

        (await before.DoneAsync()).Body.ShouldBe("1");
        (await after.DoneAsync()).Body.ShouldBe("2");
    }

    /// <summary>A page's own position is where its render began. Under a hold that says nothing of what it shows.</summary>
    [Fact]
    public async Task A_page_that_was_rendered_under_a_hold_is_valid_at_no_known_position()
    {
        await using var app = StartWith(Site.Price);
        var hold = await HoldAsync(app);

        (await app.GetAsync("/pages/7")).Header(FreshnessHeaders.Position).ShouldBe("1-0");
        await ReleaseAsync(app, hold);
        (await app.GetAsync("/pages/7")).Header(FreshnessHeaders.Position).ShouldBe("2-2");
    }

    private static PageApp StartWith(CachedQuery<string, string> query) => PageApp.Start(app => app
        .MapGet("/pages/{id}", (string id, IFreshet freshet, Press press, CancellationToken ct) => Pages.ShowAsync(freshet, press, query, id, ct))
        .CacheRendered(Profile.Minutes));

    private static async Task<OpenHold> HoldAsync(PageApp app) =>
        (await LogOf(app).PlaceAsync(_writer, [new RecordDraft(RecordId.Next(), FreshnessLog.HoldCall, null, null, []) { Holds = new Holding(RecordId.Next(), [Site.Article.For("7")]) }]))
            .ShouldNotBeNull().ShouldHaveSingleItem();

    private static async Task ReleaseAsync(PageApp app, OpenHold hold) =>
        await LogOf(app).AppendAsync(_writer, [new RecordDraft(RecordId.Next(), FreshnessLog.ReleaseCall, null, null, []) { Releases = [hold.Release] }]);

    private static FreshnessLog LogOf(PageApp app) => (FreshnessLog)app.Freshet.Log;
}

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>A render that others wait for breaks off, hangs or turns out to be nobody else's business.</summary>
public sealed class RenderHandoverTests
{
    [Fact]
    public async Task When_the_first_client_leaves_one_of_those_who_wait_takes_over()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (string id, Press press, CancellationToken ct) =>
        {
            await press.RenderAsync().WaitAsync(ct);
            return press[id];
        }).CacheRendered(Profile.Minutes));
        var (first, second) = (app.Hold(1), app.Hold(2));

        var leaving = app.Get("/articles/7");
        await app.RendersAsync(1); // it is the first, or one of the others would be, and nobody would have to take over
        var waiting = Enumerable.Range(0, 20).Select(_ => app.Get("/articles/7")).ToList();
        leaving.Leave();
        await Should.ThrowAsync<OperationCanceledException>(leaving.DoneAsync());
        await app.RendersAsync(2);
        second.SetResult();

        foreach (var visit in waiting) (await visit.DoneAsync()).Body.ShouldBe("1");
        app.Press.Renders.ShouldBe(2);
        first.TrySetResult();
    }

    [Fact]
    public async Task When_a_render_throws_those_who_wait_try_once_more_together_then_each_alone()
    {
        await using var app = PageApp.Start();
        var gate = app.Hold(1);
        var hook = app.Press.OnRender;
        app.Press.OnRender = async number =>
        {
            await hook(number);
            if (number <= 2) throw new InvalidOperationException("The printer is on fire.");
        };

        var first = app.Get("/articles/7");
        await app.RendersAsync(1);
        var waiting = Enumerable.Range(0, 5).Select(_ => app.Get("/articles/7")).ToList();
        gate.SetResult();

        await Should.ThrowAsync<InvalidOperationException>(first.DoneAsync());
        var answers = new List<string>();
        foreach (var visit in waiting)
        {
            try
            {
                answers.Add((await visit.DoneAsync()).Body);
            }
            catch (InvalidOperationException)
            {
                answers.Add("failed");
            }
        }
        answers.Count(answer => answer == "failed").ShouldBeLessThanOrEqualTo(1); // the one that took over
        answers.ShouldContain("1");
        app.Requests.Count.ShouldBe(0);
        (await app.GetAsync("/articles/7")).Body.ShouldBe("1");
    }

    [Fact]
    public async Task What_is_not_to_be_stored_is_not_shared_either_and_holds_nobody_up()
    {
        await using var app = PageApp.Start(map => map.MapGet("/articles/{id}", async (HttpContext http, Press press) =>
        {
            await press.RenderAsync();
            http.Response.Headers.SetCookie = $"visitor={press.Renders}";
            return "hello";
        }).CacheRendered(Profile.Minutes));
        var gate = app.Hold(1);
        var others = Enumerable.Range(2, 4).Select(app.Hold).ToList();

        var first = app.Get("/articles/7");
        await app.RendersAsync(1);
        var waiting = Enumerable.Range(0, 4).Select(_ => app.Get("/articles/7")).ToList();
        gate.SetResult();
        await first.DoneAsync();
        await app.RendersAsync(5); // all of them, none waiting for another
        app.Outputs.Store.Count.ShouldBe(0);
        others.ForEach(other => other.SetResult());
        foreach (var visit in waiting) (await visit.DoneAsync()).Header("Set-Cookie").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_render_that_hangs_holds_nobody_up_for_longer_than_the_wait()
    {
        await using var app = PageApp.Start();
        var hanging = app.Hold(1);

        var first = app.Get("/articles/7");
        await app.RendersAsync(1);
        var waiting = app.Get("/articles/7");
        app.Time.Advance(RenderedOutputs.MostWait);

        (await waiting.DoneAsync()).Body.ShouldBe("1");
        first.IsWaiting.ShouldBeTrue();
        hanging.SetResult();
        await first.DoneAsync();
    }
}

using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>Where nodes share a log, a stored page is served only while this node is as current as the strictest of its parts asks for (R4, R7).</summary>
public sealed class SharedLogPageTests
{
    private readonly TestLogConnection _link;

    public SharedLogPageTests() => _link = new TestLogServer(TimeProvider.System) { IsMature = true }.Connect("a");

    [Fact]
    public async Task A_page_with_a_high_part_is_not_served_while_its_node_is_unconfirmed()
    {
        await using var app = await StartAsync(Site.Price);
        (await app.GetAsync("/pages/7")).Body.ShouldBe("1");
        (await app.GetAsync("/pages/7")).CacheStatus.ShouldStartWith("Freshet; hit");
        app.Press["7"] = "2"; // by another node
        await CutAsync(app);
        (await app.GetAsync("/pages/7")).CacheStatus.ShouldStartWith("Freshet; hit"); // under its lease

        app.Time.Advance(TimeSpan.FromSeconds(2));
        var visit = await app.GetAsync("/pages/7");

        (visit.Body, visit.CacheStatus).ShouldBe(("2", "Freshet; fwd=bypass; detail=unconfirmed"));
        await HealAsync(app);
        (await app.GetAsync("/pages/7")).CacheStatus.ShouldStartWith("Freshet; hit");
    }

    [Fact]
    public async Task A_page_of_medium_parts_is_served_in_an_outage_as_long_as_their_grace()
    {
        await using var app = await StartAsync(Site.Text);
        await app.GetAsync("/pages/7");
        app.Press["7"] = "2";
        await CutAsync(app);

        app.Time.Advance(TimeSpan.FromSeconds(31)); // 31.5 s since it was confirmed
        (await app.GetAsync("/pages/7")).Body.ShouldBe("1");
        app.Time.Advance(TimeSpan.FromSeconds(1));
        (await app.GetAsync("/pages/7")).Body.ShouldBe("2");
        await HealAsync(app);
    }

    /// <summary>PROTOCOL 7: what a render that runs has read is known to nobody who comes later.</summary>
    [Fact]
    public async Task PROTOCOL_7_a_request_does_not_join_a_render_while_its_node_is_unconfirmed()
    {
        await using var app = await StartAsync(Site.Text);
        var gate = app.Hold(1);
        var first = app.Get("/pages/7");
        await app.RendersAsync(1);
        app.Press["7"] = "2";
        await CutAsync(app);
        app.Time.Advance(TimeSpan.FromSeconds(33)); // past the part's bound and grace

        (await app.GetAsync("/pages/7")).Body.ShouldBe("2"); // not waiting for the gate
        gate.SetResult();
        (await first.DoneAsync()).Body.ShouldBe("1");
        await HealAsync(app);
    }

    private async Task<PageApp> StartAsync(CachedQuery<string, string> query)
    {
        var app = PageApp.Start(
            map => map.MapGet("/pages/{id}", (string id, IFreshet freshet, Press press, CancellationToken ct) => Pages.ShowAsync(freshet, press, query, id, ct)).CacheRendered(Profile.Minutes),
            builder => builder.Services.AddSingleton<ILogService>(_link));
        await UntilAsync(() => app.Node.Confirmation!.HoldsLease);
        return app;
    }

    private async Task HealAsync(PageApp app)
    {
        _link.Heal();
        await PassIntervalAsync(app);
        await UntilAsync(() => app.Node.Confirmation!.HoldsLease);
    }

    private async Task CutAsync(PageApp app)
    {
        _link.IsCut = true;
        await PassIntervalAsync(app);
        await UntilAsync(() => ((SharedLog)app.Freshet.Log).IsAway);
    }

    /// <summary>The node asks the log by itself.</summary>
    private static async Task PassIntervalAsync(PageApp app)
    {
        await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500)); // or the time would pass before it is waited for
        app.Time.Advance(TimeSpan.FromMilliseconds(500));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var watchdog = Task.Delay(Visit.Watchdog);
        while (!isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be.");
            await Task.Yield();
        }
    }
}

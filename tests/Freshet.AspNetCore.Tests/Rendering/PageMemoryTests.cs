namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>Pages are entries of the node's one store: bounded with everything else, their marks held while they are there.</summary>
public sealed class PageMemoryTests
{
    [Fact]
    public async Task Pages_count_in_the_nodes_limit_of_entries()
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/pages/{id}", (string id) => id).CacheRendered(Profile.Minutes),
            freshet: added => added.Configure(options => options.MaxEntries = 10).UseOutputCaching());

        for (var id = 0; id < 100; id++) await app.GetAsync($"/pages/{id}");

        app.Outputs.Store.Count.ShouldBe(10);
        app.Outputs.Store.Evictions[EvictionReason.Entries].ShouldBe(90);
    }

    [Fact]
    public async Task Pages_count_in_the_nodes_limit_of_bytes()
    {
        await using var app = PageApp.Start(
            map => map.MapGet("/pages/{id}", (string id) => new string('x', 50_000)).CacheRendered(Profile.Minutes),
            freshet: added => added.Configure(options => options.MaxBytes = 1 << 20).UseOutputCaching());

        for (var id = 0; id < 100; id++) await app.GetAsync($"/pages/{id}");

        app.Outputs.Store.Count.ShouldBeInRange(10, 20);
        app.Outputs.Store.Bytes.ShouldBeLessThanOrEqualTo(1 << 20);
    }

    [Fact]
    public async Task A_mark_that_only_a_page_holds_is_not_forgotten_while_the_page_is_there()
    {
        await using var app = PageApp.Start(map => map.MapGet("/plain", (Press press) => press["7"]).CacheRendered(Profile.Days));
        await app.EditAsync("8", "2"); // so that there is a position to forget up to
        await app.GetAsync("/plain");
        for (var sweeps = 0; sweeps < 3; sweeps++) app.Time.Advance(TimeSpan.FromSeconds(10));
        app.Press["7"] = "2";

        await app.RevalidatePathAsync("/plain", PathScope.Page);

        (await app.GetAsync("/plain")).Body.ShouldBe("2");
    }

    [Fact]
    public async Task A_page_that_left_gives_its_marks_back()
    {
        await using var app = PageApp.Start(map => map.MapGet("/pages/{id}", (string id) => id).CacheRendered(Profile.Seconds));
        for (var id = 0; id < 100; id++) await app.GetAsync($"/pages/{id}");
        await app.EditAsync("1", "2");
        app.Node.Applied.Marks.Count.ShouldBeGreaterThan(200);

        app.Time.Advance(Profile.Seconds.Expire);
        app.Time.Advance(TimeSpan.FromSeconds(10));
        app.Time.Advance(TimeSpan.FromSeconds(10));

        app.Outputs.Store.Count.ShouldBe(0);
        app.Node.Applied.Marks.Count.ShouldBe(0);
        app.Node.Running.Lowest.ShouldBe(long.MaxValue);
    }

    [Theory]
    [InlineData("/refused")]
    [InlineData("/failed")]
    [InlineData("/outdated")]
    [InlineData("/skipped")]
    public async Task A_render_that_stores_nothing_gives_its_marks_back_too(string path)
    {
        PageApp? running = null;
        await using var app = running = PageApp.Start(map =>
        {
            var pages = map.MapGroup("").CacheRendered(Profile.Minutes);
            pages.MapGet("/refused", () => Results.NotFound());
            pages.MapGet("/failed", string () => throw new InvalidOperationException("The printer is on fire."));
            pages.MapGet("/outdated", async (IFreshet freshet) =>
            {
                await freshet.ReadAsync(Site.Text, "7");
                using (ExecutionContext.SuppressFlow()) await Task.Run(() => running!.EditAsync("7", "2"));
                return "page";
            });
            pages.MapGet("/skipped", () => "page").CacheOutput(policy => policy.AddPolicy<NeverStores>());
        });

        await app.GetAsync(path).ContinueWith(_ => { }, TaskScheduler.Default);

        app.Outputs.Store.Count.ShouldBe(0);
        foreach (var mark in PathTags.Of(path, path).Select(app.Node.Applied.Marks.Acquire)) mark.Uses.ShouldBe(1); // ours
        app.Node.Running.Lowest.ShouldBe(long.MaxValue);
        app.Requests.Count.ShouldBe(0);
        app.Outputs.IsRendering(path).ShouldBeFalse();
    }

    private sealed class NeverStores : Microsoft.AspNetCore.OutputCaching.IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(Microsoft.AspNetCore.OutputCaching.OutputCacheContext context, CancellationToken cancellationToken)
        {
            context.AllowCacheStorage = false;
            return ValueTask.CompletedTask;
        }

        public ValueTask ServeFromCacheAsync(Microsoft.AspNetCore.OutputCaching.OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ServeResponseAsync(Microsoft.AspNetCore.OutputCaching.OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

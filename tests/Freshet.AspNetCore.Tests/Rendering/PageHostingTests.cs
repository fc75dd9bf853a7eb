using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>What is put together wrongly says so, at the start where it can.</summary>
public sealed class PageHostingTests
{
    [Fact]
    public void Pages_without_output_caching_stop_the_start()
    {
        var error = Should.Throw<InvalidOperationException>(() => PageApp.Start(
            freshet: _ => { }, configure: builder => builder.Services.AddOutputCache()));

        error.Message.ShouldContain("/articles/{id}");
        error.Message.ShouldContain("AddFreshet().UseOutputCaching()");
    }

    [Fact]
    public void A_store_registered_afterwards_stops_the_start()
    {
        var error = Should.Throw<InvalidOperationException>(() => PageApp.Start(configure: builder => builder.Services.AddSingleton<IOutputCacheStore, OtherStore>()));

        error.Message.ShouldContain("Call UseOutputCaching() last");
    }

    [Fact]
    public async Task A_store_registered_before_keeps_what_is_not_freshets()
    {
        await using var app = PageApp.Start(
            map =>
            {
                map.MapArticlePage("/stock/{id}").CacheOutput();
                map.MapArticlePage().CacheRendered(Profile.Minutes);
            },
            freshet: added =>
            {
                added.Services.AddSingleton<IOutputCacheStore, OtherStore>();
                added.UseOutputCaching().UseOutputCaching(); // twice is once
            });

        await app.GetAsync("/stock/7");
        await app.GetAsync("/articles/7");
        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("x", default);

        OtherStore.Last!.Calls.Select(call => call.Split('\u001e')[0]).ShouldBe(["get GET", "set GET", "evict x"]);
        (await app.GetAsync("/articles/7")).CacheStatus.ShouldStartWith("Freshet; hit");
    }

    [Fact]
    public void An_attribute_that_names_an_unknown_profile_stops_the_start()
    {
        var error = Should.Throw<UnknownDeclarationException>(() => PageApp.Start(map => map.MapGet("/pages", [CacheRendered("fortnight")] () => "page")));

        (error.Code, error.Name).ShouldBe(("unknown-declaration", "fortnight"));
        error.Message.ShouldContain("minutes");
        error.Message.ShouldContain("UseOutputCaching(profile)");
    }

    [Fact]
    public async Task An_attribute_names_presets_and_the_applications_own_profiles()
    {
        await using var app = PageApp.Start(
            map =>
            {
                map.MapGet("/own", [CacheRendered("fortnight")] () => "page");
                map.MapGet("/preset", [CacheRendered("Minutes")] () => "page");
                map.MapGroup("/group").CacheRendered(Profile.Hours).MapGet("/own", () => "page").CacheRendered(Profile.Minutes);
            },
            freshet: added => added.UseOutputCaching(new Profile("fortnight", TimeSpan.Zero, TimeSpan.FromSeconds(14), TimeSpan.FromHours(1))));

        foreach (var (path, ttl) in ((string, int)[])[("/own", 14), ("/preset", 60), ("/group/own", 60)])
        {
            await app.GetAsync(path);
            (await app.GetAsync(path)).CacheStatus.ShouldBe($"Freshet; hit; ttl={ttl}");
        }
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 0)]
    public void A_profile_that_would_never_store_is_refused(int stale, int revalidate, int expire)
    {
        var profile = new Profile("odd", TimeSpan.FromSeconds(stale), TimeSpan.FromSeconds(revalidate), TimeSpan.FromSeconds(expire));

        Should.Throw<ArgumentOutOfRangeException>(() => PageApp.Start(map => map.MapGet("/pages", () => "page").CacheRendered(profile))).ParamName.ShouldStartWith("odd.");
        Should.Throw<ArgumentOutOfRangeException>(() => PageApp.Start(freshet: added => added.UseOutputCaching(profile)));
    }

    [Fact]
    public async Task A_request_that_passes_no_output_caching_is_told_once()
    {
        await using var app = PageApp.Start(useOutputCache: false);

        (await app.GetAsync("/articles/7")).Header("Cache-Status").ShouldBeNull();
        await app.GetAsync("/articles/8");

        app.Log.Of(2102).Single().Text.ShouldStartWith("'GET /articles/{id}' is cached rendered, but the request passed no output caching.");
    }

    [Fact]
    public async Task Output_caching_in_front_of_freshet_says_so()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapGet("/pages", () => "page").CacheRendered(Profile.Minutes),
            builder => builder.Services.AddFreshet().UseOutputCaching(), "Development",
            before: app =>
            {
                app.UseDeveloperExceptionPage();
                app.UseOutputCache();
            });

        using var answer = await app.Client.GetAsync("/pages");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Call app.UseFreshet() before app.UseOutputCache()");
    }

    private sealed class OtherStore : IOutputCacheStore
    {
        public OtherStore() => Last = this;

        public static OtherStore? Last { get; private set; }

        public List<string> Calls { get; } = [];

        public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => Note($"evict {tag}");

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
        {
            Calls.Add($"get {key}");
            return new ValueTask<byte[]?>((byte[]?)null);
        }

        public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) => Note($"set {key}");

        private ValueTask Note(string call)
        {
            Calls.Add(call);
            return ValueTask.CompletedTask;
        }
    }
}

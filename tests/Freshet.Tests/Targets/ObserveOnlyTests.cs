using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Targets;

/// <summary>Observing changes nothing in the caches that are not Freshet's, says what would have happened, and leaves Freshet's own entries honest.</summary>
public sealed class ObserveOnlyTests
{
    private readonly RecordingTarget _watched = new();
    private readonly RecordingTarget _live = new();

    [Theory]
    [InlineData(null)] // in code
    [InlineData("Freshet:Targets:watched:ObserveOnly")]
    public async Task OneTargetObservesAndTheOthersAreDriven(string? key)
    {
        await using var app = TestApp.Start(
            freshet => freshet
                .DriveQuietly("watched", _watched, options =>
                {
                    if (key is null) options.ObserveOnly = true;
                    else options.ObserveOnly = false; // does not take back what configuration says
                })
                .DriveQuietly("live", _live),
            key is null ? null : Configuration((key, "true")));

        await app.ChangeAsync("a");
        await TargetSteps.UntilAsync(() => app.Follower("watched").Counters.Observed == 1);

        _watched.Calls.ShouldBeEmpty();
        _live.Calls.ShouldBe(["1"]);
        app.Follower("watched").Counters.Applied.ShouldBe(0);
        await app.LogLines.WaitForAsync("event=observe target=watched call=Raise raised=thing.changed tag=thing:a kind=Expire source=UserAction:write position=1");
        await app.LogLines.WaitForAsync("The cache targets watched only observe");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AllTargetsObserveAndFreshetsOwnEntriesStayHonest(bool inCode)
    {
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        await using var app = TestApp.Start(
            freshet =>
            {
                freshet.DriveQuietly("watched", _watched).DriveMemoryCache();
                if (inCode) freshet.Configure(options => options.ObserveOnly = true);
            },
            inCode ? null : Configuration(("Freshet:ObserveOnly", "true")));
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        var captured = app.Freshet.CapturePosition();
        cache.Set("key", 1, new MemoryCacheEntryOptions().DependsOn(app.Freshet, Things.Thing.For("a")));

        await app.WriteAsync("a", new Value(2));
        cache.Set("late", 1, new MemoryCacheEntryOptions().DependsOn(captured, Things.Thing.For("a")));

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        cache.TryGetValue("key", out _).ShouldBeTrue();
        cache.TryGetValue("late", out _).ShouldBeTrue();
        await app.LogLines.WaitForAsync("event=observe target=memory-cache");
        await TargetSteps.UntilAsync(() => app.Follower("memory-cache").Counters.Observed == 1);
        await TargetSteps.UntilAsync(() => app.Follower("watched").Counters.Observed == 1);
        _watched.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task AResetIsObservedToo()
    {
        await using var app = TestApp.Start(freshet => freshet.Drive("watched", _ => _watched, options => options.ObserveOnly = true));

        await app.LogLines.WaitForAsync("event=observe target=watched call=Reset reason=Started");

        await TargetSteps.UntilAsync(() => app.Follower("watched").Counters.ResetsObserved == 1);
        _watched.Calls.ShouldBeEmpty();
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))).Build();
}

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Targets;

public sealed class HybridCacheTests
{
    private readonly TaggedHybridCache _cache = new();

    [Fact]
    public async Task AnEntryTaggedWithTheTextOfATagIsGoneWhenTheWriteAnswers()
    {
        await using var app = Start(resetOnStart: false);
        await FillAsync();

        await app.ExpireAsync("a");

        _cache.Has("a").ShouldBeFalse();
        _cache.Has("b").ShouldBeTrue();
        await app.MarkStaleAsync("b", Profile.Minutes);
        _cache.Has("b").ShouldBeFalse();
        _cache.Has("untagged").ShouldBeTrue();
    }

    [Fact]
    public async Task ARecordWithSeveralTagsRemovesThemAll()
    {
        await using var app = Start(resetOnStart: false);
        await FillAsync();
        var log = (FreshnessLog)app.Freshet.Log;
        Invalidation[] both = [new(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero), new(Things.Thing.For("b"), InvalidationKind.Expire, TimeSpan.Zero)];

        var record = (await log.AppendAsync(new Writer(TriggerKind.Job, "both", null, null), [new RecordDraft(RecordId.Next(), "Raise", null, null, both)])).Records.Single();
        await log.Targets.WhenAppliedAsync(new LogPosition(record.Epoch, record.Position));

        _cache.Has("a").ShouldBeFalse();
        _cache.Has("b").ShouldBeFalse();
    }

    [Fact]
    public async Task TheResetAtTheStartRemovesWhatAnEarlierProcessLeft()
    {
        await FillAsync();

        await using var app = Start(resetOnStart: true);
        await app.ChangeAsync("other"); // answers after everything before it was told

        _cache.Has("a").ShouldBeFalse();
        _cache.Has("untagged").ShouldBeFalse();
        app.Follower("hybrid-cache").Counters.ResetsApplied.ShouldBe(1);
    }

    [Fact]
    public async Task AKeyedOneIsDrivenByName()
    {
        await using var app = TestApp.Start(freshet =>
        {
            freshet.Services.AddKeyedSingleton<HybridCache>("sessions", _cache);
            freshet.DriveHybridCache("sessions", services => services.GetRequiredKeyedService<HybridCache>("sessions"), options => options.ResetOnStart = false);
        });
        await FillAsync();

        await app.ExpireAsync("a");

        _cache.Has("a").ShouldBeFalse();
    }

    private TestApp Start(bool resetOnStart) => TestApp.Start(freshet =>
    {
        freshet.Services.AddSingleton<HybridCache>(_cache);
        freshet.DriveHybridCache(options => options.ResetOnStart = resetOnStart);
    });

    private async Task FillAsync()
    {
        await _cache.SetAsync("a", 1, tags: [Things.Thing.For("a").Text]);
        await _cache.SetAsync("b", 1, tags: ["thing:b"]);
        await _cache.SetAsync("untagged", 1);
    }
}

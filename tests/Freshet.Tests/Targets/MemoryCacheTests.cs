using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Freshet.Tests.Targets;

/// <summary>The real <see cref="MemoryCache"/>, with entries linked to tags.</summary>
public sealed class MemoryCacheTests : IAsyncLifetime
{
    private static readonly Tag _a = Things.Thing.For("a");

    private readonly MemoryCache _cache = new(Options.Create(new MemoryCacheOptions()));
    private readonly TestApp _app = TestApp.Start(freshet => freshet.DriveMemoryCache());

    private IFreshet Freshet => _app.Freshet;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _cache.Dispose();
    }

    [Fact]
    public async Task AnEntryIsGoneWhenTheWriteAnswers()
    {
        for (var i = 0; i < 200; i++)
        {
            _cache.GetOrCreate("key", entry => entry.DependsOn(Freshet, _a).Value = 1);
            _cache.TryGetValue("key", out _).ShouldBeTrue();

            await _app.ExpireAsync("a");

            _cache.TryGetValue("key", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task AnEntryGivesItsMemoryBackThoughNobodyAsksForIt()
    {
        var evicted = new TaskCompletionSource<Microsoft.Extensions.Caching.Memory.EvictionReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var entry = _cache.CreateEntry("key").DependsOn(Freshet, _a))
        {
            entry.Value = 1;
            entry.RegisterPostEvictionCallback((_, _, reason, _) => evicted.TrySetResult(reason));
        }

        await _app.ExpireAsync("a");

        (await evicted.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(Microsoft.Extensions.Caching.Memory.EvictionReason.TokenExpired);
        await TargetSteps.UntilAsync(() => _cache.Count == 0);
    }

    [Fact]
    public async Task MarkStaleRemovesToo()
    {
        _cache.Set("key", 1, new MemoryCacheEntryOptions().DependsOn(Freshet, _a));

        await _app.MarkStaleAsync("a", Profile.Minutes);

        _cache.TryGetValue("key", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task AnyOfSeveralTagsRemovesAndNoOther()
    {
        _cache.Set("both", 1, new MemoryCacheEntryOptions().DependsOn(Freshet, _a, Things.Thing.For("b")));
        _cache.Set("other", 1, new MemoryCacheEntryOptions().DependsOn(Freshet, Things.Thing.For("c")));

        await _app.ExpireAsync("b");

        _cache.TryGetValue("both", out _).ShouldBeFalse();
        _cache.TryGetValue("other", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task AnEntryMadeAfterTheInvalidationStays()
    {
        await _app.ExpireAsync("a");
        _cache.Set("key", 1, new MemoryCacheEntryOptions().DependsOn(Freshet, _a));

        _cache.TryGetValue("key", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task ALinkMadeFirstInTheFactoryOfTheCachesOwnGetOrCreateIsBornOutdated()
    {
        var gate = new Gate();
        var loading = _cache.GetOrCreateAsync("key", async entry =>
        {
            entry.DependsOn(Freshet, _a);
            await gate.PassAsync();
            return 1;
        });
        await gate.Reached;
        await _app.ExpireAsync("a");
        gate.Open();

        (await loading).ShouldBe(1);

        _cache.TryGetValue("key", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task ALoadThatStraddlesAnInvalidationIsNotStoredThoughItsTagIsFoundAfterwards()
    {
        var gate = new Gate();
        var loading = _cache.GetOrCreateAsync(Freshet, "key", async entry =>
        {
            await gate.PassAsync();
            entry.DependsOn(Freshet, _a);
            return 1;
        });
        await gate.Reached;
        await _app.ExpireAsync("a");
        gate.Open();

        (await loading).ShouldBe(1);

        _cache.TryGetValue("key", out _).ShouldBeFalse();
        (await _cache.GetOrCreateAsync(Freshet, "key", entry => Task.FromResult(2))).ShouldBe(2);
    }

    [Fact]
    public async Task AStraddlingLoadDoesNotPushOutTheNewerOne()
    {
        var gate = new Gate();
        var older = _cache.GetOrCreateAsync(Freshet, "key", async entry =>
        {
            entry.DependsOn(Freshet, _a);
            await gate.PassAsync();
            return 1;
        });
        await gate.Reached;
        await _app.ExpireAsync("a");
        await _cache.GetOrCreateAsync(Freshet, "key", entry =>
        {
            entry.DependsOn(Freshet, _a);
            return Task.FromResult(2);
        });
        gate.Open();
        await older;

        _cache.Get<int>("key").ShouldBe(2);
    }

    [Fact]
    public async Task ACaptureReachesBackOverInvalidationsOfOtherTagsAndSeesNone()
    {
        var captured = Freshet.CapturePosition();
        for (var i = 0; i < 10; i++) await _app.ExpireAsync($"other-{i}");

        _cache.Set("key", 1, new MemoryCacheEntryOptions().DependsOn(captured, _a));

        captured.IsOutdated.ShouldBeFalse();
        _cache.TryGetValue("key", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task ACaptureOlderThanTheLogsRetentionIsOutdated()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache().Configure(options => options.LogRetention = 4));
        var captured = app.Freshet.CapturePosition();
        for (var i = 0; i < 10; i++) await app.ExpireAsync($"other-{i}");

        captured.ChangeTokenFor(_a).HasChanged.ShouldBeTrue();
    }

    [Fact]
    public async Task AChangeOfTheLogsEpochOutdatesEverything()
    {
        var captured = Freshet.CapturePosition();
        _cache.Set("key", 1, new MemoryCacheEntryOptions().DependsOn(Freshet, _a));

        ((FreshetService)Freshet).Node.StartOver(new LogPosition(Epoch.Create(), 0));
        captured.ChangeTokenFor(Things.Thing.For("late")).HasChanged.ShouldBeTrue();
        await _app.ExpireAsync("other");

        _cache.TryGetValue("key", out _).ShouldBeFalse();
        captured.ChangeTokenFor(Things.Thing.For("later")).HasChanged.ShouldBeTrue();
    }

    [Fact]
    public async Task TheFactoryMaySetEverythingAnEntryHas()
    {
        var expires = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ICacheEntry? seen = null;
        await _cache.GetOrCreateAsync(Freshet, "key", entry =>
        {
            seen = entry;
            entry.SetAbsoluteExpiration(expires).SetSlidingExpiration(TimeSpan.FromHours(1)).SetPriority(CacheItemPriority.High).SetSize(3);
            entry.AbsoluteExpiration.ShouldBe(expires); // the cache itself shortens it when the entry is stored
            entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(1);
            return Task.FromResult(1);
        });

        seen!.Key.ShouldBe("key");
        seen.SlidingExpiration.ShouldBe(TimeSpan.FromHours(1));
        seen.AbsoluteExpirationRelativeToNow.ShouldBe(TimeSpan.FromDays(1));
        seen.Priority.ShouldBe(CacheItemPriority.High);
        seen.Size.ShouldBe(3);
        seen.Value.ShouldBe(1);
        seen.PostEvictionCallbacks.ShouldBeEmpty();
    }

    [Fact]
    public async Task AFactoryThatThrowsStoresNothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => _cache.GetOrCreateAsync<int>(Freshet, "key", _ => throw new InvalidOperationException("away")));

        _cache.TryGetValue("key", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task AChangeTokenCallsBackOnceAndAgainForTheNextToken()
    {
        var calls = 0;
        var called = new SemaphoreSlim(0);
        using var watching = ChangeToken.OnChange(() => Freshet.ChangeTokenFor(_a), () =>
        {
            Interlocked.Increment(ref calls);
            called.Release();
        });
        GC.Collect(); // nobody but the log's side holds the token and its callback

        await _app.ExpireAsync("a");
        (await called.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        await TargetSteps.UntilAsync(() => Links.RootedCount == 1);
        await _app.ExpireAsync("a");
        (await called.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();

        calls.ShouldBe(2);
    }

    [Fact]
    public async Task ACallbackOnATokenThatHasChangedRunsAtOnce()
    {
        var token = Freshet.ChangeTokenFor(_a);
        await _app.ExpireAsync("a");
        var called = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);

        using var registration = token.RegisterChangeCallback(called.SetResult, "state");

        (await called.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("state");
    }

    [Fact]
    public async Task ACallbackThatThrowsIsToldAndStopsNoOther()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = Freshet.ChangeTokenFor(_a);
        using var first = token.RegisterChangeCallback(_ => called.SetResult(), null);
        using var second = token.RegisterChangeCallback(_ => throw new InvalidOperationException("no"), null); // runs first: the list grows at its head

        await _app.ExpireAsync("a");

        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await _app.LogLines.WaitForAsync("threw");
    }

    [Fact]
    public async Task ALogProviderThatThrowsAboutACallbackEndsNothing()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = Freshet.ChangeTokenFor(_a);
        using var first = token.RegisterChangeCallback(_ => called.SetResult(), null);
        using var second = token.RegisterChangeCallback(_ => throw new InvalidOperationException("no"), null); // runs first
        _app.LogLines.Failure = new InvalidOperationException("disk full");

        await Should.ThrowAsync<InvalidOperationException>(() => _app.ExpireAsync("a"));

        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _app.LogLines.Failure = null;
    }

    [Fact]
    public async Task ADisposedRegistrationIsNotCalled()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = Freshet.ChangeTokenFor(_a);
        var calls = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var removed = new[] { "first", "middle", "last" }.Select(name => token.RegisterChangeCallback(_ => calls.Enqueue(name), null)).ToList();
        using var kept = token.RegisterChangeCallback(_ => called.SetResult(), null);
        removed[1].Dispose();
        removed[0].Dispose();
        removed[0].Dispose();
        removed[2].Dispose();

        await _app.ExpireAsync("a");
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));

        calls.ShouldBeEmpty();
        await TargetSteps.UntilAsync(() => Links.RootedCount == 0);
    }

    [Fact]
    public async Task LinksWithoutDriveMemoryCacheAreRefusedWithTheWayOut()
    {
        await using var app = TestApp.Start();

        var error = Should.Throw<CacheTargetException>(() => _cache.CreateEntry("key").DependsOn(app.Freshet, _a));

        error.Fault.ShouldBe(CacheTargetFault.NotDriven);
        error.Message.ShouldContain("DriveMemoryCache()");
        Should.Throw<InvalidKeyException>(() => Freshet.ChangeTokenFor(default));
    }

    private TagLinks Links => ((FreshnessLog)Freshet.Log).Targets.Links!;
}

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Hybrid;

/// <summary>Freshet behind <see cref="HybridCache"/>: the calls of existing code, with R1, R2 and tags that events reach.</summary>
public sealed class HybridCacheTests
{
    private const string Key = "reports/a";

    [Fact]
    public async Task AMissRunsTheFactoryAndAHitDoesNot()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);

        (await ReadAsync(app)).ShouldBe(1);
        (await ReadAsync(app)).ShouldBe(1);

        app.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AThousandCallersOfOneColdKeyRunOneFactory()
    {
        await using var app = Start();
        var gate = app.Source.HoldNext("a");
        var readers = Enumerable.Range(0, 1_000).Select(_ => ReadAsync(app)).ToArray();
        await gate.Reached;
        gate.Open();
        await Task.WhenAll(readers);

        app.Source.Reads.ShouldBe(1);
    }

    /// <summary>P1, by key.</summary>
    [Fact]
    public async Task P1_AKeyRemovedDuringTheLoadIsNotStoredWithTheOldValue()
    {
        await using var app = Start();
        await StraddleAsync(app, cache => cache.RemoveAsync(Key));

        (await ReadAsync(app)).ShouldBe(2);
    }

    /// <summary>P3, by tag.</summary>
    [Fact]
    public async Task P3_ATagRemovedDuringTheLoadOutdatesWhatItLoads()
    {
        await using var app = Start();
        await StraddleAsync(app, cache => cache.RemoveByTagAsync("reports"));

        (await ReadAsync(app)).ShouldBe(2);
    }

    /// <summary>P6: who asks after the removal does not join the load from before.</summary>
    [Fact]
    public async Task P6_AReadAfterTheRemovalDoesNotJoinTheOldLoad()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var older = ReadAsync(app);
        await gate.Reached;
        app.Source["a"] = new Value(2);
        await Cache(app).RemoveByTagAsync("reports");

        (await ReadAsync(app)).ShouldBe(2);

        gate.Open();
        (await older).ShouldBe(1);
        (await ReadAsync(app)).ShouldBe(2);
    }

    /// <summary>P13: a value that was set is not overwritten by a load from before.</summary>
    [Fact]
    public async Task P13_AValueSetWhileAnOlderLoadRunsIsKept()
    {
        await using var app = Start();
        await StraddleAsync(app, cache => cache.SetAsync(Key, new Value(7), tags: ["reports"]));

        (await ReadAsync(app)).ShouldBe(7);

        await Cache(app).RemoveByTagAsync("reports");
        (await ReadAsync(app)).ShouldBe(2);
    }

    [Fact]
    public async Task AnEventReachesWhatCarriesTheTextOfADeclaredTag()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        await ReadAsync(app, tags: [Things.Thing.For("a").Text]);

        await app.WriteAsync("a", new Value(2));

        (await ReadAsync(app, tags: ["thing:a"])).ShouldBe(2);
    }

    [Fact]
    public async Task InsideAnActionWhatItHasTouchedIsReadPastTheCache()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        await ReadAsync(app, tags: ["thing:a"]);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Source["a"] = new Value(2);
        app.Freshet.Raise(new ThingChanged("a"));

        (await ReadAsync(app, tags: ["thing:a"])).ShouldBe(2);
        await action.CompleteAsync();
    }

    [Fact]
    public async Task EverythingIsRemovedByTheWildcardAndNothingElseByIt()
    {
        await using var app = Start(builder => builder.AsKeyedHybridCache("other"));
        app.Source["a"] = new Value(1);
        var other = app.Services.GetRequiredKeyedService<HybridCache>("other");
        await ReadAsync(app);
        await ReadAsync(app, other);
        await app.ReadAsync(Things.High, "a");

        await Cache(app).RemoveByTagAsync("*");

        app.Source["a"] = new Value(2);
        (await ReadAsync(app), await ReadAsync(app, other), await app.ReadAsync(Things.High, "a")).ShouldBe((2, 1, 1));
    }

    [Fact]
    public async Task KeyedCachesShareNeitherKeysNorTagsButDeclaredTagsReachThemAll()
    {
        await using var app = Start(builder => builder.AsKeyedHybridCache("other"));
        var other = app.Services.GetRequiredKeyedService<HybridCache>("other");
        app.Source["a"] = new Value(1);
        await ReadAsync(app, tags: ["reports", "thing:a"]);
        await ReadAsync(app, other, tags: ["reports", "thing:a"]);
        app.Source["a"] = new Value(2);

        await Cache(app).RemoveByTagAsync("reports");
        (await ReadAsync(app), await ReadAsync(app, other)).ShouldBe((2, 1));
        await Cache(app).RemoveAsync(Key);
        (await ReadAsync(app, other)).ShouldBe(1);

        await app.WriteAsync("a", new Value(3));
        (await ReadAsync(app, other)).ShouldBe(3);
    }

    [Theory]
    [InlineData("", KeyFault.Empty)]
    [InlineData("*", KeyFault.Wildcard)]
    [InlineData("a\nb", KeyFault.ControlCharacter)]
    public async Task ABadKeyOrTagIsRefusedByNameAndNothingIsDone(string bad, KeyFault fault)
    {
        await using var app = Start();
        var cache = Cache(app);
        Func<ValueTask>[] calls =
        [
            async () => await cache.GetOrCreateAsync(bad, _ => ValueTask.FromResult(1)),
            async () => await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1), tags: [bad]),
            () => cache.SetAsync(bad, 1),
            () => cache.SetAsync("key", 1, tags: [bad]),
            () => cache.RemoveAsync(bad),
        ];

        foreach (var call in calls) (await Should.ThrowAsync<InvalidKeyException>(() => call().AsTask())).Fault.ShouldBe(fault);

        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    [Fact]
    public async Task AValueLivesAsLongAsItsCallerSaysAndNoLongerThanTheKeyspaceAllows()
    {
        await using var app = Start();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(1) };
        await ReadAsync(app, options: options);
        app.Time.Advance(TimeSpan.FromSeconds(53));
        await ReadAsync(app, options: options);
        app.Source.Reads.ShouldBe(1);
        app.Time.Advance(TimeSpan.FromSeconds(7));
        await ReadAsync(app, options: options);
        app.Source.Reads.ShouldBe(2);

        await Cache(app).SetAsync("long", 1, new HybridCacheEntryOptions { Expiration = TimeSpan.FromDays(400) });
        app.Time.Advance(TimeSpan.FromDays(1));
        (await Cache(app).GetOrCreateAsync("long", _ => ValueTask.FromResult(2))).ShouldBe(2);
    }

    [Fact]
    public async Task TheFlagsOfACallAreKept()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        var read = (HybridCacheEntryFlags flags) => ReadAsync(app, options: new HybridCacheEntryOptions { Flags = flags });

        (await Cache(app).GetOrCreateAsync(Key, _ => ValueTask.FromResult<Value?>(new Value(9)), new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData })).ShouldBeNull();
        await read(HybridCacheEntryFlags.DisableLocalCacheWrite);
        await read(HybridCacheEntryFlags.None);
        app.Source.Reads.ShouldBe(2); // the first was not stored

        app.Source["a"] = new Value(2);
        (await read(HybridCacheEntryFlags.DisableLocalCacheRead)).ShouldBe(2);
        (await read(HybridCacheEntryFlags.DisableUnderlyingData)).ShouldBe(1);
    }

    [Fact]
    public async Task AFactoryMayReadWhatIsDeclaredAndWhatOutdatesThatOutdatesItsValue()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        ValueTask<int> Doubled() => Cache(app).GetOrCreateAsync("doubled", async ct => 2 * (await app.Freshet.ReadAsync(Things.High, "a", ct)).Number);
        (await Doubled()).ShouldBe(2);

        await app.WriteAsync("a", new Value(4));

        (await Doubled()).ShouldBe(8);
    }

    [Fact]
    public async Task AFactoryMayCallTheCacheForAnotherKeyButNotForItsOwn()
    {
        await using var app = Start();
        var cache = Cache(app);

        (await cache.GetOrCreateAsync("outer", ct => cache.GetOrCreateAsync("inner", _ => ValueTask.FromResult(1), cancellationToken: ct))).ShouldBe(1);
        (await Should.ThrowAsync<InvalidOperationException>(() =>
            cache.GetOrCreateAsync("self", ct => cache.GetOrCreateAsync("self", _ => ValueTask.FromResult(1), cancellationToken: ct)).AsTask())).Message.ShouldContain("wait for itself");
    }

    [Fact]
    public async Task AFactoryMayNotRemove()
    {
        await using var app = Start();
        var cache = Cache(app);

        (await Should.ThrowAsync<TriggerException>(() => cache.GetOrCreateAsync("a", async ct =>
        {
            await cache.RemoveAsync("b", ct);
            return 1;
        }).AsTask())).Code.ShouldBe("inside-loader");
    }

    /// <summary>A factory closes over requests and connections; the value must not keep them.</summary>
    [Fact]
    public async Task WhatTheFactoryClosesOverIsNotKept()
    {
        await using var app = Start();
        var state = await LoadWithStateAsync(Cache(app));
        await Task.Yield(); // off the stack of the load that has just answered

        for (var i = 0; i < 10 && state.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        state.IsAlive.ShouldBeFalse();
        (await Cache(app).GetOrCreateAsync("kept", _ => ValueTask.FromResult(2))).ShouldBe(1);
    }

    [Fact]
    public async Task RemovalsAreInTheLogUnderTheActionTheyHappenedIn()
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("save"))
        {
            await Cache(app).RemoveByTagAsync(["reports", "thing:a"]);
            action.Records.ShouldHaveSingleItem().Call.ShouldBe("RemoveByTagAsync");
            await action.CompleteAsync();
            action.Token!.Value.Position.ShouldBe(1);
        }
        await Cache(app).RemoveAsync(Key);

        await using var records = app.Freshet.Log.FollowAsync(0).GetAsyncEnumerator();
        await records.MoveNextAsync();
        (records.Current.Trigger, records.Current.Action, string.Join(' ', records.Current.Invalidations.Select(i => i.Tag.Text)))
            .ShouldBe((TriggerKind.UserAction, "save", "hybrid-tag:reports thing:a"));
        await records.MoveNextAsync();
        (records.Current.Trigger, records.Current.Call).ShouldBe((TriggerKind.Job, "RemoveAsync"));
    }

    [Fact]
    public async Task TwoTypesUnderOneKeyAreTwoValuesAndOneRemovalReachesBoth()
    {
        await using var app = Start();
        var cache = Cache(app);
        (await cache.GetOrCreateAsync("k", _ => ValueTask.FromResult(1)), await cache.GetOrCreateAsync("k", _ => ValueTask.FromResult("one"))).ShouldBe((1, "one"));

        await cache.RemoveAsync("k");

        (await cache.GetOrCreateAsync("k", _ => ValueTask.FromResult(2)), await cache.GetOrCreateAsync("k", _ => ValueTask.FromResult("two"))).ShouldBe((2, "two"));
        ((FreshetService)app.Freshet).Runtimes.Select(runtime => runtime.Name).ShouldContain("hybrid-cache.String");
    }

    /// <summary>A load has read 1 and is held; the source becomes 2 and something happens; then the load ends.</summary>
    private static async Task StraddleAsync(TestApp app, Func<HybridCache, ValueTask> happens)
    {
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var older = ReadAsync(app);
        await gate.Reached;
        app.Source["a"] = new Value(2);
        await happens(Cache(app));
        gate.Open();
        (await older).ShouldBe(1);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> LoadWithStateAsync(HybridCache cache)
    {
        var state = new object();
        await cache.GetOrCreateAsync("kept", state, (held, _) => ValueTask.FromResult(held is null ? 0 : 1));
        return new WeakReference(state);
    }

    private static async Task<int> ReadAsync(TestApp app, HybridCache? cache = null, IEnumerable<string>? tags = null, HybridCacheEntryOptions? options = null) =>
        (await (cache ?? Cache(app)).GetOrCreateAsync(Key, async ct => await app.Source.ReadAsync("a", ct), options, tags ?? ["reports"])
            .AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Number;

    private static HybridCache Cache(TestApp app) => app.Services.GetRequiredService<HybridCache>();

    private static TestApp Start(Action<FreshetBuilder>? configure = null) => TestApp.Start(builder =>
    {
        builder.AsHybridCache();
        configure?.Invoke(builder);
    });
}

using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Targets;

/// <summary>What links cost, and that what nobody carries any more is forgotten.</summary>
public sealed class TagLinksTests
{
    [Fact]
    public async Task TagsNobodyCarriesAnyMoreAreForgotten()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        var links = ((FreshnessLog)app.Freshet.Log).Targets.Links!;

        for (var round = 0; round < 20; round++)
        {
            Fill(cache, app, round * 1000, 1000);
            cache.Clear();
            GC.Collect();
        }

        links.Count.ShouldBeLessThan(3000); // 20,000 tags in all
    }

    [Fact]
    public async Task ACacheThatWasDroppedWithoutAWordIsNotHeld()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());

        var dropped = FillAndDrop(app);
        for (var i = 0; i < 10 && dropped.IsAlive; i++) GC.Collect();

        dropped.IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task EntriesKeepTheirLinksThroughCollections()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        Fill(cache, app, 0, 1000);
        GC.Collect();

        for (var i = 0; i < 1000; i++) await app.ExpireAsync($"{i}");

        for (var i = 0; i < 1000; i++) cache.TryGetValue(i, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task AHundredThousandEntriesOfOneTagAreGoneWithTheAnswer()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        var tag = Things.Thing.For("a");
        for (var i = 0; i < 100_000; i++) cache.Set(i, i, new MemoryCacheEntryOptions().DependsOn(app.Freshet, tag));

        await app.ExpireAsync("a");

        for (var i = 0; i < 100_000; i += 997) cache.TryGetValue(i, out _).ShouldBeFalse();
        await TargetSteps.UntilAsync(() => cache.Count == 0);
    }

    [Fact]
    public async Task NoInvalidationIsLostWhileLinksAreMadeAndDropped()
    {
        // Every entry is linked before its value is read from the row, as a load does; after the last write each must be gone or current.
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        var row = 0;
        for (var round = 0; round < 150; round++)
        {
            var isWriting = true;
            var loading = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                while (Volatile.Read(ref isWriting))
                    await cache.GetOrCreateAsync(app.Freshet, "key", entry =>
                    {
                        var read = Volatile.Read(ref row);
                        entry.DependsOn(app.Freshet, Things.Thing.For("a"));
                        return Task.FromResult(read);
                    });
            })).ToList();
            for (var i = 0; i < 20; i++)
            {
                Volatile.Write(ref row, row + 1);
                await app.ExpireAsync("a");
            }
            Volatile.Write(ref isWriting, false);
            await Task.WhenAll(loading);

            // Not while they load: MemoryCache hands out an entry, expired or not, in the moment that another takes its place.
            if (cache.TryGetValue<int>("key", out var found)) found.ShouldBe(row);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(MemoryCache cache, TestApp app, int from, int count)
    {
        for (var i = from; i < from + count; i++) cache.Set(i, i, new MemoryCacheEntryOptions().DependsOn(app.Freshet, Things.Thing.For($"{i}")));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference FillAndDrop(TestApp app)
    {
#pragma warning disable CA2000 // Dropping it is the point.
        var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
#pragma warning restore CA2000
        Fill(cache, app, 0, 100);
        return new WeakReference(cache);
    }
}

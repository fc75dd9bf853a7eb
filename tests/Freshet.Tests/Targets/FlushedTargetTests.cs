using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Targets;

/// <summary>Caches that are not Freshet's cannot tell what of a query or a kind went into their values, so a flush of one resets them.</summary>
public sealed class FlushedTargetTests
{
    private static readonly Tag _a = Things.Thing.For("a");

    [Fact]
    public async Task ATargetIsResetByAFlushOfAQueryOrAKindAndNotOfATag()
    {
        var target = new RecordingTarget();
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", target));

        await app.FlushAsync(app.Service().ScopeOfTag("thing:a"));
        await app.FlushQueryAsync("low");
        await app.FlushKindAsync("thing");
        await app.ExpireAsync("a");
        await target.WhenToldAsync("4");

        target.Calls.ShouldBe(["1", "reset:Flushed", "reset:Flushed", "4"]);
    }

    [Fact]
    public async Task LinkedEntriesAreGoneWhenTheFlushAnswers()
    {
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        await using var app = TestApp.Start(freshet => freshet.DriveMemoryCache());
        foreach (var flush in (Func<Task>[])[() => app.FlushQueryAsync("low"), () => app.FlushKindAsync("thing")])
        {
            cache.GetOrCreate("key", entry => entry.DependsOn(app.Freshet, _a).Value = 1);
            await flush();
            cache.TryGetValue("key", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task WhatWasCapturedBeforeAFlushIsTakenForOutdated()
    {
        await using var app = TestApp.Start();
        var (node, history) = (app.Service().Node, app.Service().Log);
        var captured = history.Position;
        await app.FlushKindAsync("thing");

        ((FreshnessLog)history).Targets.IsInvalidatedSince(captured, tag => tag == _a).ShouldBeTrue();
        ((FreshnessLog)history).Targets.IsInvalidatedSince(node.Applied.Position, tag => tag == _a).ShouldBeFalse();
    }
}

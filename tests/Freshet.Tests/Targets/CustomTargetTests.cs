using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Targets;

/// <summary>The shape that docs/targets.md shows for FusionCache, against a cache with the same calls.</summary>
public sealed class CustomTargetTests
{
    [Fact]
    public async Task TenLinesDriveACacheThatKnowsStaleValues()
    {
        var cache = new FailSafeCache();
        await using var app = TestApp.Start(freshet =>
        {
            freshet.Services.AddSingleton(cache);
            freshet.Drive<FailSafeTarget>("fusion");
        });
        await app.ChangeAsync("first"); // after the reset at the start
        cache.Set("a", "thing:a");
        cache.Set("b", "thing:b");

        await app.ExpireAsync("a");
        await app.MarkStaleAsync("b", Profile.Minutes);

        cache.StateOf("a").ShouldBe("removed");
        cache.StateOf("b").ShouldBe("expired");
        cache.Clears.ShouldBe(1);
    }

    private sealed class FailSafeTarget(FailSafeCache cache) : ICacheTarget
    {
        public async ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken)
        {
            foreach (var (tag, kind, _) in record.Invalidations)
            {
                if (kind == InvalidationKind.Expire) await cache.RemoveByTagAsync(tag.Text, cancellationToken);
                else await cache.ExpireByTagAsync(tag.Text, cancellationToken);
            }
        }

        public async ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => await cache.ClearAsync(cancellationToken);
    }

    private sealed class FailSafeCache
    {
        private readonly ConcurrentDictionary<string, (string Tag, string State)> _entries = new();

        public int Clears { get; private set; }

        public void Set(string key, string tag) => _entries[key] = (tag, "fresh");

        public string StateOf(string key) => _entries[key].State;

        public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken) => ChangeAsync(tag, "removed", cancellationToken);

        public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken) => ChangeAsync(tag, "expired", cancellationToken);

        public async ValueTask ClearAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Clears++;
        }

        private async ValueTask ChangeAsync(string tag, string state, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (key, entry) in _entries.Where(each => each.Value.Tag == tag)) _entries[key] = entry with { State = state };
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet.Tests.Targets;

/// <summary>A small <see cref="HybridCache"/>: one level, tags, the wildcard tag.</summary>
public sealed class TaggedHybridCache : HybridCache
{
    private readonly ConcurrentDictionary<string, (object? Value, string[] Tags)> _entries = new();

    public bool Has(string key) => _entries.ContainsKey(key);

    public override async ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        if (_entries.TryGetValue(key, out var found)) return (T)found.Value!;
        var value = await factory(state, cancellationToken);
        await SetAsync(key, value, options, tags, cancellationToken);
        return value;
    }

    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        _entries[key] = (value, [.. tags ?? []]);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        _entries.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        foreach (var (key, entry) in _entries)
        {
            if (tag == "*" || entry.Tags.Contains(tag)) _entries.TryRemove(key, out _);
        }
        return ValueTask.CompletedTask;
    }
}

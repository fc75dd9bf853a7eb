using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet;

/// <summary>Freshet behind the abstract class that existing code calls: the same calls, with R1, R2 and tags that events reach.</summary>
/// <remarks>
/// Removing appends a record to the log at once, under the surrounding action if there is one: who calls <c>RemoveAsync</c> expects
/// it done when it returns. Setting a value removes the old one the same way, so that a load which began before cannot take its place.
/// </remarks>
internal sealed class FreshetHybridCache : HybridCache
{
    private const HybridCacheEntryFlags NoRead = HybridCacheEntryFlags.DisableLocalCacheRead;
    private const HybridCacheEntryFlags NoWrite = HybridCacheEntryFlags.DisableLocalCacheWrite;

    private readonly FreshetService _freshet;
    private readonly FreshetHybridCacheOptions _options;
    private readonly HybridQueries _queries;
    private readonly HybridTags _tags;

    public FreshetHybridCache(FreshetService freshet, string? name, FreshetHybridCacheOptions options)
    {
        options.Validate();
        _freshet = freshet;
        _options = options;
        _queries = new HybridQueries(freshet, name, options);
        _tags = new HybridTags(name, freshet.IsDeclared);
    }

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        var runtime = _queries.Of<T>();
        if (Ambient.Current is null && (options?.Flags is not { } flags || (flags & NoRead) == 0)
            && runtime.TryGetFresh(new HybridKey<T>(key), out var entry))
        {
            runtime.Counters.Hit();
            return new ValueTask<T>(entry.Value);
        }
        return Miss(runtime, key, state, factory, options, tags, cancellationToken);
    }

    // Apart from the hit: the closure is made where a method begins, and a hit needs none.
    private ValueTask<T> Miss<TState, T>(
        QueryRuntime<HybridKey<T>, T> runtime, string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return ReadAsync(runtime, key, ct => factory(state, ct), options, tags, cancellationToken);
    }

    public override async ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var all = _tags.OfValue(key, tags); // a bad key or tag throws before anything is removed
        var set = await _freshet.AppendNowAsync(nameof(SetAsync), [_tags.OfKey(key)]).ConfigureAwait(false);
        if (((options?.Flags ?? 0) & NoWrite) == 0 && set is { } at)
            _queries.Of<T>().StoreSet(new HybridKey<T>(key, new HybridLoad<T>(null, all, default, IsStored: true)), value, at, LifeOf(options));
    }

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => RemoveAsync([key], cancellationToken);

    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        RemoveAsync(nameof(RemoveAsync), keys, _tags.OfKey, cancellationToken);

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => RemoveByTagAsync([tag], cancellationToken);

    public override ValueTask RemoveByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        RemoveAsync(nameof(RemoveByTagAsync), tags, _tags.OfRemoval, cancellationToken);

    private async ValueTask<T> ReadAsync<T>(
        QueryRuntime<HybridKey<T>, T> runtime, string key, Func<CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        var load = new HybridLoad<T>(factory, _tags.OfValue(key, tags), LifeOf(options), IsStored: (flags & NoWrite) == 0);
        var args = new HybridKey<T>(key, load);
        if ((flags & HybridCacheEntryFlags.DisableUnderlyingData) != 0)
            return (flags & NoRead) == 0 && _freshet.TryRead(runtime, args, out var present) ? present : default!;
        return await _freshet.ReadUndeclaredAsync(runtime, args, pastTheCache: (flags & NoRead) != 0, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RemoveAsync(string call, IEnumerable<string> names, Func<string, Tag> tagOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        cancellationToken.ThrowIfCancellationRequested();
        var tags = names.Select(tagOf).Distinct().ToList();
        if (tags.Count > 0) await _freshet.AppendNowAsync(call, tags).ConfigureAwait(false);
    }

    /// <summary>How long a value lives. Values written together do not die together: up to a tenth less, never more than the caller said.</summary>
    private TimeSpan LifeOf(HybridCacheEntryOptions? options)
    {
        var life = options?.Expiration ?? _options.DefaultExpiration;
        if (options?.LocalCacheExpiration is { } local && local < life) life = local;
        if (life > _freshet.MaxTimeToLive) life = _freshet.MaxTimeToLive;
        return life * (1 - 0.1 * Random.Shared.NextDouble());
    }
}

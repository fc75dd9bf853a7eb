using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Freshet;

/// <summary>Links entries of an <see cref="IMemoryCache"/> to tags. Needs <c>AddFreshet().DriveMemoryCache()</c>.</summary>
public static class MemoryCacheFreshnessExtensions
{
    /// <summary>Captures where the log stands. Call it before a load begins, so that what it loads is born outdated when one of its tags is invalidated meanwhile.</summary>
    /// <exception cref="CacheTargetException"><c>DriveMemoryCache()</c> was not called, or this is not an application's own Freshet.</exception>
    public static CapturedPosition CapturePosition(this IFreshet freshet) => LinksOf(freshet).Capture();

    /// <summary>A token that is changed once the tag is invalidated from now on. Call it before the load; afterwards it has missed what happened meanwhile.</summary>
    /// <remarks>One token is for one entry: once changed it stays so. Its callbacks run soon after the write, on a thread of the pool.</remarks>
    /// <exception cref="CacheTargetException"><c>DriveMemoryCache()</c> was not called, or this is not an application's own Freshet.</exception>
    /// <exception cref="InvalidKeyException">The tag is <c>default</c>.</exception>
    public static IChangeToken ChangeTokenFor(this IFreshet freshet, Tag tag) => freshet.CapturePosition().ChangeTokenFor(tag);

    /// <summary>Removes the entry when one of the tags is invalidated after this call; within our <see cref="GetOrCreateAsync"/>, after its load began.</summary>
    /// <param name="entry">The entry being made.</param>
    /// <param name="freshet">The application's Freshet.</param>
    /// <param name="tags">What the value depends on. Call it first, before loading; tags found while loading need a <see cref="CapturedPosition"/> or our <see cref="GetOrCreateAsync"/>.</param>
    /// <exception cref="CacheTargetException"><c>DriveMemoryCache()</c> was not called, or this is not an application's own Freshet.</exception>
    /// <exception cref="InvalidKeyException">A tag is <c>default</c>.</exception>
    public static ICacheEntry DependsOn(this ICacheEntry entry, IFreshet freshet, params ReadOnlySpan<Tag> tags) =>
        DependsOn(entry, (entry as LinkedEntry)?.Captured ?? freshet.CapturePosition(), tags);

    /// <summary>Removes the entry when one of the tags is invalidated after a position, however late this is called.</summary>
    /// <param name="entry">The entry being made.</param>
    /// <param name="captured">Taken before the load.</param>
    /// <param name="tags">What the value depends on.</param>
    /// <exception cref="InvalidKeyException">A tag is <c>default</c>.</exception>
    public static ICacheEntry DependsOn(this ICacheEntry entry, CapturedPosition captured, params ReadOnlySpan<Tag> tags)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(captured);
        foreach (var tag in tags) entry.ExpirationTokens.Add(captured.Make(tag, isRooted: false));
        return entry;
    }

    /// <summary>Removes the entry stored with these options when one of the tags is invalidated after this call. Make the options anew for each entry, before its load.</summary>
    /// <exception cref="CacheTargetException"><c>DriveMemoryCache()</c> was not called, or this is not an application's own Freshet.</exception>
    /// <exception cref="InvalidKeyException">A tag is <c>default</c>.</exception>
    public static MemoryCacheEntryOptions DependsOn(this MemoryCacheEntryOptions options, IFreshet freshet, params ReadOnlySpan<Tag> tags) =>
        DependsOn(options, freshet.CapturePosition(), tags);

    /// <summary>Removes the entry stored with these options when one of the tags is invalidated after a position, however late this is called. Make the options anew for each entry.</summary>
    /// <exception cref="InvalidKeyException">A tag is <c>default</c>.</exception>
    public static MemoryCacheEntryOptions DependsOn(this MemoryCacheEntryOptions options, CapturedPosition captured, params ReadOnlySpan<Tag> tags)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(captured);
        foreach (var tag in tags) options.ExpirationTokens.Add(captured.Make(tag, isRooted: false));
        return options;
    }

    /// <summary>The cached value, or what the factory loads: stored only if none of its tags was invalidated since the load began.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="freshet">The application's Freshet, whose position is captured before the factory runs.</param>
    /// <param name="key">The entry's key.</param>
    /// <param name="factory">Loads the value and says <c>entry.DependsOn(freshet, tags)</c>, before loading or after.</param>
    /// <remarks>
    /// The caller gets a value that straddled an invalidation, as its read began before; the cache does not, and keeps what a newer load
    /// has put there. Callers do not join each other's loads.
    /// </remarks>
    /// <exception cref="CacheTargetException"><c>DriveMemoryCache()</c> was not called, or this is not an application's own Freshet.</exception>
    public static async Task<TItem?> GetOrCreateAsync<TItem>(this IMemoryCache cache, IFreshet freshet, object key, Func<ICacheEntry, Task<TItem>> factory)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(freshet);
        ArgumentNullException.ThrowIfNull(factory);
        if (cache.TryGetValue(key, out var found)) return (TItem?)found;

        var captured = freshet.CapturePosition();
        using var entry = cache.CreateEntry(key);
        var value = await factory(new LinkedEntry(entry, captured)).ConfigureAwait(false);
        // An entry without a value is not stored when it is disposed. One with a changed token would not be either, but it would push
        // out what stands there: this load begins at 5 -> the tag is invalidated at 7 -> another load begins and stores -> this one ends.
        if (!captured.IsOutdated) entry.Value = value;
        return value;
    }

    private static TagLinks LinksOf(IFreshet freshet)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        return (freshet.Log as FreshnessLog)?.Targets.Links ?? throw new CacheTargetException(
            "memory-cache", CacheTargetFault.NotDriven,
            "Nothing would tell this entry of invalidations. Call services.AddFreshet().DriveMemoryCache(), and pass the IFreshet of those services.");
    }
}

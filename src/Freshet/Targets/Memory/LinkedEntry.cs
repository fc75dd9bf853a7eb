using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Freshet;

/// <summary>An entry whose load began at a captured position, so that links made after the load count from there.</summary>
internal sealed class LinkedEntry(ICacheEntry entry, CapturedPosition captured) : ICacheEntry
{
    public CapturedPosition Captured => captured;

    public object Key => entry.Key;

    public object? Value
    {
        get => entry.Value;
        set => entry.Value = value;
    }

    public DateTimeOffset? AbsoluteExpiration
    {
        get => entry.AbsoluteExpiration;
        set => entry.AbsoluteExpiration = value;
    }

    public TimeSpan? AbsoluteExpirationRelativeToNow
    {
        get => entry.AbsoluteExpirationRelativeToNow;
        set => entry.AbsoluteExpirationRelativeToNow = value;
    }

    public TimeSpan? SlidingExpiration
    {
        get => entry.SlidingExpiration;
        set => entry.SlidingExpiration = value;
    }

    public IList<IChangeToken> ExpirationTokens => entry.ExpirationTokens;

    public IList<PostEvictionCallbackRegistration> PostEvictionCallbacks => entry.PostEvictionCallbacks;

    public CacheItemPriority Priority
    {
        get => entry.Priority;
        set => entry.Priority = value;
    }

    public long? Size
    {
        get => entry.Size;
        set => entry.Size = value;
    }

    public void Dispose() => entry.Dispose();
}

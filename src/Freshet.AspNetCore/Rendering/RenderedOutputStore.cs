using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore;

/// <summary>Output caching's store. Pages of endpoints with <c>CacheRendered</c> are Freshet's; everything else goes to the store that was there before.</summary>
internal sealed class RenderedOutputStore(IOutputCacheStore others, PageRequests requests, RenderedOutputs outputs) : IOutputCacheStore, IDisposable
{
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (requests.TryGet(key, out var request, out var pageKey)) return request.LookUpAsync(pageKey, cancellationToken);
        return PageRequests.IsOurs(key) ? new ValueTask<byte[]?>((byte[]?)null) : others.GetAsync(key, cancellationToken);
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        if (requests.TryGet(key, out var request, out _))
        {
            request.Store(value, tags ?? [], validFor);
            return ValueTask.CompletedTask;
        }
        // A page of ours whose request is over has no position it was rendered at, so nobody could tell when it is outdated.
        return PageRequests.IsOurs(key) ? ValueTask.CompletedTask : others.SetAsync(key, value, tags, validFor, cancellationToken);
    }

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        outputs.EvictTagged(tag);
        return others.EvictByTagAsync(tag, cancellationToken);
    }

    public void Dispose() => (others as IDisposable)?.Dispose();
}

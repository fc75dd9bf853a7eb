using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore;

/// <summary>Drives output caching's own store: pages whose tags are the texts of Freshet's tags.</summary>
internal sealed class OutputCacheTarget(IOutputCacheStore store) : ICacheTarget
{
    public const string Name = "output-cache";

    // The store knows no stale mark, so both kinds evict.
    public async ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken)
    {
        foreach (var invalidation in record.Invalidations)
            await store.EvictByTagAsync(invalidation.Tag.Text, cancellationToken).ConfigureAwait(false);
    }

    // The store has no "everything", so every page carries a tag for it.
    public ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => store.EvictByTagAsync(OutputCacheTags.Everything, cancellationToken);
}

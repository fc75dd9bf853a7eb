using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet;

/// <summary>Drives any <see cref="HybridCache"/>: entries whose tags are the texts of Freshet's tags.</summary>
internal sealed class HybridCacheTarget(HybridCache cache) : ICacheTarget
{
    private const string Everything = "*";

    // It knows no stale mark, so both kinds remove.
    public ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken)
    {
        var invalidations = record.Invalidations;
        return invalidations.Count == 1
            ? cache.RemoveByTagAsync(invalidations[0].Tag.Text, cancellationToken)
            : cache.RemoveByTagAsync(invalidations.Select(invalidation => invalidation.Tag.Text), cancellationToken);
    }

    public ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => cache.RemoveByTagAsync(Everything, cancellationToken);
}

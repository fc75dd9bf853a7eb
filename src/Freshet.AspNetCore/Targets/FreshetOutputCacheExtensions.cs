using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.OutputCaching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the log drive output caching.</summary>
public static class FreshetOutputCacheExtensions
{
    /// <summary>
    /// Lets the log drive the registered <see cref="IOutputCacheStore"/>: an invalidation evicts the pages that carry the tag's text. A
    /// page carries the tags of its path and of everything it read through Freshet, and those you give it with <c>policy.Tag(tag.Text)</c>. The
    /// target is called <c>output-cache</c>.
    /// </summary>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets its options.</param>
    /// <remarks>Call <c>UseFreshet()</c> before <c>UseOutputCache()</c>, or pages do not carry what they read. Nothing is cached that no policy of yours caches.</remarks>
    /// <exception cref="CacheTargetException">It was called before. At start: there is no <see cref="IOutputCacheStore"/>, or it is Freshet's own.</exception>
    public static FreshetBuilder DriveOutputCache(this FreshetBuilder builder, Action<CacheTargetOptions>? configure = null)
    {
        builder.Drive(OutputCacheTarget.Name, Make, configure);
        builder.Services.AddOptions<OutputCacheOptions>().Configure<CacheTargets>((options, targets) => options.AddBasePolicy(new OutputCacheTags(targets)));
        return builder;
    }

    private static OutputCacheTarget Make(IServiceProvider services)
    {
        var store = services.GetService<IOutputCacheStore>()
            ?? throw CacheTargetException.NoCache(OutputCacheTarget.Name, nameof(IOutputCacheStore), "Call builder.Services.AddOutputCache(), or remove DriveOutputCache().");
        if (store.GetType().Assembly == typeof(OutputCacheTarget).Assembly) throw CacheTargetException.OwnCache(OutputCacheTarget.Name, "an output cache store");
        return new OutputCacheTarget(store);
    }
}

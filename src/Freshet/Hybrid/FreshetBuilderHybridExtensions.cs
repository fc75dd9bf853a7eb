using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>Puts Freshet behind <see cref="HybridCache"/>.</summary>
public static class FreshetBuilderHybridExtensions
{
    /// <summary>Existing code that asks for a <see cref="HybridCache"/> gets Freshet: <c>services.AddFreshet().Add&lt;Billing&gt;().AsHybridCache()</c>.</summary>
    /// <param name="builder">The application's Freshet.</param>
    /// <param name="configure">Changes the settings; null takes the defaults.</param>
    /// <remarks>
    /// Call it after <c>AddHybridCache()</c>, or without it: of several registrations the last one is resolved. Every reader of a key
    /// gets the same instance, so values are to be treated as immutable.
    /// </remarks>
    public static FreshetBuilder AsHybridCache(this FreshetBuilder builder, Action<FreshetHybridCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<HybridCache>(provider => Make(provider, null, configure));
        return builder;
    }

    /// <summary>A hybrid cache of its own under a service key: <c>[FromKeyedServices("reports")] HybridCache cache</c>. Its keys and tags are apart from every other's; declared tags reach them all.</summary>
    /// <param name="builder">The application's Freshet.</param>
    /// <param name="key">The service key; its text names the cache in metrics and in the log.</param>
    /// <param name="configure">Changes the settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The key's text is empty.</exception>
    public static FreshetBuilder AsKeyedHybridCache(this FreshetBuilder builder, object key, Action<FreshetHybridCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(key);
        var name = Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture);
        ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(key));
        builder.Services.AddKeyedSingleton<HybridCache>(key, (provider, _) => Make(provider, name, configure));
        return builder;
    }

    private static FreshetHybridCache Make(IServiceProvider provider, string? name, Action<FreshetHybridCacheOptions>? configure)
    {
        provider.GetRequiredService<IFreshet>(); // starts the sweeper and the meter
        var options = new FreshetHybridCacheOptions();
        configure?.Invoke(options);
        return new FreshetHybridCache(provider.GetRequiredService<FreshetService>(), name, options);
    }
}

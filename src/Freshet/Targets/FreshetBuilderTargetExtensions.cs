using System.Diagnostics.CodeAnalysis;
using Freshet;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the log drive caches that are not Freshet's.</summary>
public static class FreshetBuilderTargetExtensions
{
    private const string MemoryCache = "memory-cache";
    private const string HybridCacheName = "hybrid-cache";

    /// <summary>Lets the log drive every <c>IMemoryCache</c> whose entries say <c>entry.DependsOn(freshet, tag)</c>. The target is called <c>memory-cache</c>.</summary>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets its options; only <see cref="CacheTargetOptions.ObserveOnly"/> matters to this target, since it is told as part of each append.</param>
    /// <exception cref="CacheTargetException">It was called before.</exception>
    public static FreshetBuilder DriveMemoryCache(this FreshetBuilder builder, Action<CacheTargetOptions>? configure = null) =>
        Register(builder, new CacheTargetRegistration(MemoryCache, IsMemory: true, configure));

    /// <summary>Lets the log drive the registered <see cref="HybridCache"/>: entries tagged with the text of a tag. The target is called <c>hybrid-cache</c>.</summary>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets its options.</param>
    /// <remarks>A reset removes by the tag <c>*</c>, which is everything. For another instance: <see cref="DriveHybridCache(FreshetBuilder, string, Func{IServiceProvider, HybridCache}, Action{CacheTargetOptions}?)"/>.</remarks>
    /// <exception cref="CacheTargetException">It was called before. At start: no <see cref="HybridCache"/> is registered, or it is Freshet's own.</exception>
    public static FreshetBuilder DriveHybridCache(this FreshetBuilder builder, Action<CacheTargetOptions>? configure = null) =>
        DriveHybridCache(
            builder, HybridCacheName,
            static services => services.GetService<HybridCache>()
                ?? throw CacheTargetException.NoCache(HybridCacheName, nameof(HybridCache), "Register one, for example with services.AddHybridCache(), or name it: DriveHybridCache(name, services => ...)."),
            configure);

    /// <summary>Lets the log drive a <see cref="HybridCache"/> of your choice, such as a keyed one.</summary>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="name">Name of the target in metrics, log lines and configuration: letters, digits, '-' and '.'.</param>
    /// <param name="cache">Finds the cache, once, when the application starts.</param>
    /// <param name="configure">Sets its options.</param>
    /// <exception cref="CacheTargetException">The name is invalid or taken. At start: the cache is null, or Freshet's own.</exception>
    public static FreshetBuilder DriveHybridCache(
        this FreshetBuilder builder, string name, Func<IServiceProvider, HybridCache> cache, Action<CacheTargetOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return Drive(builder, name, services => HybridTarget(name, cache(services)), configure);
    }

    /// <summary>Lets the log drive a cache through a target of your own.</summary>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="name">Name of the target in metrics, log lines and configuration: letters, digits, '-' and '.'.</param>
    /// <param name="target">Makes the target, once, when the application starts. What it makes is disposed with the application's services.</param>
    /// <param name="configure">Sets its options.</param>
    /// <exception cref="CacheTargetException">The name is invalid or taken. At start: the factory returned null or asked for <see cref="IFreshet"/>.</exception>
    public static FreshetBuilder Drive(
        this FreshetBuilder builder, string name, Func<IServiceProvider, ICacheTarget> target, Action<CacheTargetOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Register(builder, new CacheTargetRegistration(name, IsMemory: false, configure));
        builder.Services.AddKeyedSingleton<ICacheTarget>(name, (services, _) => target(services));
        return builder;
    }

    /// <summary>Lets the log drive a cache through a target that the services make.</summary>
    /// <typeparam name="TTarget">The target.</typeparam>
    /// <param name="builder">What <c>AddFreshet()</c> returned.</param>
    /// <param name="name">Name of the target in metrics, log lines and configuration: letters, digits, '-' and '.'.</param>
    /// <param name="configure">Sets its options.</param>
    /// <exception cref="CacheTargetException">The name is invalid or taken. At start: the target asked for <see cref="IFreshet"/>.</exception>
    public static FreshetBuilder Drive<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTarget>(
        this FreshetBuilder builder, string name, Action<CacheTargetOptions>? configure = null) where TTarget : class, ICacheTarget =>
        Drive(builder, name, static services => ActivatorUtilities.CreateInstance<TTarget>(services), configure);

    private static HybridCacheTarget HybridTarget(string name, HybridCache? cache)
    {
        if (cache is null) throw CacheTargetException.NoCache(name, nameof(HybridCache), "The factory returned null; return the cache to drive.");
        if (cache.GetType().Assembly == typeof(IFreshet).Assembly) throw CacheTargetException.OwnCache(name, $"a {nameof(HybridCache)}");
        return new HybridCacheTarget(cache);
    }

    private static FreshetBuilder Register(FreshetBuilder builder, CacheTargetRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = registration.Name ?? "";
        if (!Declaration.IsName(name))
            throw new CacheTargetException(name, CacheTargetFault.InvalidName, $"'{name}' cannot name a cache target: it stands in metrics and configuration. Use 1 to 128 letters, digits, '-' or '.'.");
        // Configuration keys have no case, so neither have these names.
        if (builder.Services.Any(service => service.ImplementationInstance is CacheTargetRegistration other && string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
            throw new CacheTargetException(name, CacheTargetFault.DuplicateName, $"There is a cache target '{name}' already. Give the second one another name, or remove it if it is the same cache.");
        builder.Services.AddSingleton(registration);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TargetsLifetime>());
        return builder;
    }
}

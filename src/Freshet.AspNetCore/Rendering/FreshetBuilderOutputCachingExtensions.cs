using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.OutputCaching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds output caching to Freshet.</summary>
public static class FreshetBuilderOutputCachingExtensions
{
    /// <summary>Stores what endpoints with <c>.CacheRendered(profile)</c> or <c>[CacheRendered("minutes")]</c> render, over ASP.NET Core's output caching. Put <c>app.UseOutputCache()</c> after <c>app.UseFreshet()</c>.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="profiles">Profiles of the application's own, for attributes to name.</param>
    /// <remarks>
    /// Endpoints cached by the framework's own <c>.CacheOutput()</c> stay in the store that was registered before, untouched. Call it
    /// after whatever registers another store.
    /// </remarks>
    public static FreshetBuilder UseOutputCaching(this FreshetBuilder freshet, params Profile[] profiles)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        ArgumentNullException.ThrowIfNull(profiles);
        var services = freshet.Services;
        services.AddOutputCache();
        if (services.FirstOrDefault(service => service.ServiceType == typeof(ProfileBook))?.ImplementationInstance is not ProfileBook book)
            AddStore(services, book = new ProfileBook());
        foreach (var profile in profiles) book.Add(profile);
        return freshet;
    }

    private static void AddStore(IServiceCollection services, ProfileBook book)
    {
        var other = services.Last(service => service.ServiceType == typeof(IOutputCacheStore) && !service.IsKeyedService);
        services.Remove(other);
        services.AddSingleton(book);
        services.AddSingleton<PageRequests>();
        services.AddSingleton<Renewals>();
        services.AddSingleton<PageRendering>();
        services.AddSingleton<RenderedOutputPolicy>();
        services.AddSingleton<IOutputCacheStore>(provider => new RenderedOutputStore(Make(other, provider), provider.GetRequiredService<PageRequests>(), provider.GetRequiredService<FreshetService>().Outputs));
        services.AddOptions<OutputCacheOptions>().Configure<RenderedOutputPolicy>((options, policy) => options.AddBasePolicy(policy));
    }

    private static IOutputCacheStore Make(ServiceDescriptor service, IServiceProvider provider) => (IOutputCacheStore)(
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));
}

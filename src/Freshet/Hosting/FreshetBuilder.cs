using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Freshet;

/// <summary>Composes an application's catalogs. Made by <c>services.AddFreshet()</c>; other packages add methods to it.</summary>
public sealed class FreshetBuilder
{
    internal FreshetBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a team's catalog. Adding the same one twice is the same as once.</summary>
    public FreshetBuilder Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.NonPublicFields)] TCatalog>()
        where TCatalog : Catalog, new()
    {
        if (!Services.Any(service => service.ImplementationInstance is CatalogRegistration registration && registration.Type == typeof(TCatalog)))
            Services.AddSingleton(new CatalogRegistration(typeof(TCatalog), new TCatalog().OwningTeam, () => Catalog.DeclarationsOf(typeof(TCatalog))));
        return this;
    }

    /// <summary>Sets options in code; they override configuration.</summary>
    public FreshetBuilder Configure(Action<FreshetOptions> configure)
    {
        Services.PostConfigure(configure);
        return this;
    }

    /// <summary>Sets options of the second level in code; they override configuration.</summary>
    public FreshetBuilder ConfigureSecondLevel(Action<SecondLevelOptions> configure)
    {
        Services.PostConfigure(configure);
        return this;
    }

    /// <summary>Registers the initializer that prepares a load's services (tenant, user) from the query's arguments before the loader runs.</summary>
    public FreshetBuilder InitializeScopesWith<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInitializer>()
        where TInitializer : class, IScopeInitializer
    {
        Services.TryAddEnumerable(ServiceDescriptor.Scoped<IScopeInitializer, TInitializer>());
        return this;
    }
}

/// <summary>A catalog that was added, read when the application is composed.</summary>
internal sealed record CatalogRegistration(Type Type, string? Owner, Func<IReadOnlyList<Declaration>> Declarations);

using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>Loads a cached query's value from its source, as a class with its own dependencies.</summary>
/// <typeparam name="TArgs">The query's arguments.</typeparam>
/// <typeparam name="TValue">The query's value.</typeparam>
public interface IQueryLoader<in TArgs, TValue>
{
    /// <summary>Reads the value from its source. Runs in a service scope of its own, never in a caller's transaction.</summary>
    Task<TValue> LoadAsync(TArgs args, LoadContext context, CancellationToken cancellationToken);
}

/// <summary>A loader with its services already asked for: how every form of <c>LoadWith</c> ends up.</summary>
internal delegate Task<TValue> Loader<TArgs, TValue>(IServiceProvider services, TArgs args, LoadContext context, CancellationToken cancellationToken);

public sealed partial class CachedQuery<TArgs, TValue>
{
    internal Loader<TArgs, TValue>? Loader => _loader ?? (BatchLoader is null ? null : LoadOneOfManyAsync);

    private Loader<TArgs, TValue>? _loader;

    /// <summary>Whether the loader asks for services: then each load gets a scope of its own.</summary>
    internal bool LoaderNeedsServices { get; private set; } = true;

    /// <summary>Loads with a function of the arguments alone.</summary>
    public CachedQuery<TArgs, TValue> LoadWith(Func<TArgs, CancellationToken, Task<TValue>> load) =>
        With((_, args, _, ct) => load(args, ct), needsServices: false);

    /// <summary>Loads with one service, resolved from a scope of the load's own: <c>LoadWith((Db db, string id, CancellationToken ct) => db.SummaryAsync(id, ct))</c>.</summary>
    public CachedQuery<TArgs, TValue> LoadWith<TService>(Func<TService, TArgs, CancellationToken, Task<TValue>> load) where TService : notnull =>
        With((services, args, _, ct) => load(services.GetRequiredService<TService>(), args, ct));

    /// <summary>Loads with two services, resolved from a scope of the load's own.</summary>
    public CachedQuery<TArgs, TValue> LoadWith<TService1, TService2>(Func<TService1, TService2, TArgs, CancellationToken, Task<TValue>> load)
        where TService1 : notnull
        where TService2 : notnull =>
        With((services, args, _, ct) => load(services.GetRequiredService<TService1>(), services.GetRequiredService<TService2>(), args, ct));

    /// <summary>Loads with one service and the load's context, to add tags found in the data, shorten the time to live or refuse to cache.</summary>
    public CachedQuery<TArgs, TValue> LoadWith<TService>(Func<TService, TArgs, LoadContext, CancellationToken, Task<TValue>> load) where TService : notnull =>
        With((services, args, context, ct) => load(services.GetRequiredService<TService>(), args, context, ct));

    /// <summary>Loads with a class, resolved from a scope of the load's own; it need not be registered.</summary>
    public CachedQuery<TArgs, TValue> LoadWith<[System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] TLoader>()
        where TLoader : class, IQueryLoader<TArgs, TValue> =>
        With((services, args, context, ct) => ActivatorUtilities.GetServiceOrCreateInstance<TLoader>(services).LoadAsync(args, context, ct));

    /// <summary>Strips the arguments of what only their load needs, before they are kept as a key; null when they are all key.</summary>
    internal Func<TArgs, TArgs>? KeptArgs { get; private set; }

    /// <summary>Makes it a query that no catalog declares: its arguments bring their own tags and loader.</summary>
    internal CachedQuery<TArgs, TValue> WithoutCatalog(TagMapping<TArgs> tags, Func<TArgs, string> key, Func<TArgs, TArgs> kept, Loader<TArgs, TValue> loader)
    {
        IsUndeclared = true;
        _tags.Add(tags);
        _keyText = key;
        KeptArgs = kept;
        return With(loader, needsServices: false);
    }

    private CachedQuery<TArgs, TValue> With(Loader<TArgs, TValue> loader, bool needsServices = true)
    {
        ThrowIfComposed();
        LoaderNeedsServices = needsServices;
        _loader = loader;
        return this;
    }
}

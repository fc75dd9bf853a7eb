namespace Freshet;

/// <summary>Prepares the services of a load before its loader runs: sets tenant and user from the query's arguments, since a load has no request to take them from.</summary>
public interface IScopeInitializer
{
    /// <summary>Prepares the scope. Called once for every load of every query, in the load's own scope.</summary>
    /// <remarks>A hit runs no initializer, so whatever decides the answer must be part of the query's arguments.</remarks>
    ValueTask InitializeAsync(LoadScope scope, CancellationToken cancellationToken);
}

/// <summary>A load about to begin.</summary>
/// <param name="Services">The load's own services.</param>
/// <param name="Query">The cached query.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record LoadScope(IServiceProvider Services, CachedQuery Query, object Arguments);

using Microsoft.AspNetCore.Routing;

namespace Freshet.AspNetCore;

/// <summary>The paths the application's endpoints answer.</summary>
/// <remarks>
/// A fallback (<c>MapFallback</c>) does not count: it answers every path, so with it no misspelt path would ever be found, and what
/// it serves is a shell that reads nothing.
/// </remarks>
internal sealed class EndpointPathRegistry(EndpointDataSource source, ParameterPolicyFactory policies) : IPathRegistry
{
    private const int FallbackOrder = int.MaxValue; // what MapFallback gives its endpoints

    private Snapshot _snapshot = new([], []);

    public bool Reaches(string path, PathScope scope)
    {
        var patterns = Patterns();
        var normal = PathTags.Normalize(path);
        // A pattern must be one that was mapped: as a concrete path, /accounts/{idd} would match /accounts/{id}.
        if (path.Contains('{', StringComparison.Ordinal)) return patterns.Any(pattern => pattern.IsPattern(normal, scope));
        if (path.AsSpan().ContainsAny('?', '#')) return false;
        return patterns.Any(pattern => pattern.Matches(normal, scope));
    }

    private EndpointPattern[] Patterns()
    {
        var endpoints = source.Endpoints; // the same list until the endpoints change
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Endpoints, endpoints))
        {
            snapshot = new Snapshot(endpoints, [.. endpoints.OfType<RouteEndpoint>().Where(IsPage).Select(endpoint => new EndpointPattern(endpoint.RoutePattern, policies))]);
            _snapshot = snapshot;
        }
        return snapshot.Patterns;
    }

    private static bool IsPage(RouteEndpoint endpoint) =>
        endpoint.Order != FallbackOrder && endpoint.Metadata.GetMetadata<ISuppressMatchingMetadata>()?.SuppressMatching != true;

    private sealed record Snapshot(IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints, EndpointPattern[] Patterns);
}

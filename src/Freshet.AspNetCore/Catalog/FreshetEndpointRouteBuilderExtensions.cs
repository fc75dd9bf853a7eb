using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows an application's mutations, and its whole contract, to people and tools.</summary>
public static class FreshetEndpointRouteBuilderExtensions
{
    /// <summary>The mutations that endpoints declare with <c>.Raises&lt;TEvent&gt;()</c>, <c>.UserAction()</c> or the attributes of these names, ordered by name.</summary>
    /// <param name="app">The application, with its endpoints mapped. It need not have started.</param>
    /// <exception cref="CatalogException">The catalogs have faults, or endpoints raise events that none of them declares.</exception>
    public static IReadOnlyList<EndpointMutation> GetFreshetMutations(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return EndpointMutations.Read(EndpointsOf(app), app.ServiceProvider);
    }

    /// <summary>The application's contract as JSON: everything the catalogs declare, the mutations of its endpoints, and the shapes of events, arguments and values. The same text for the same declarations; docs/catalog-json.md describes it.</summary>
    /// <param name="app">The application, with its endpoints mapped. It need not have started.</param>
    /// <remarks>No endpoint answers with it until you map one: it names every event, query and route. Require authorization for it outside development.</remarks>
    /// <exception cref="CatalogException">The catalogs have faults, or endpoints raise events that none of them declares.</exception>
    public static string ExportFreshetCatalog(this IEndpointRouteBuilder app)
    {
        return EndpointMutations.Export(EndpointsOf(app), app.ServiceProvider);
    }

    // Routing gets to know the endpoints when the host starts, and keeps them. Before that each question builds them anew.
    private static IEnumerable<Endpoint> EndpointsOf(IEndpointRouteBuilder app) =>
        app.ServiceProvider.GetService<EndpointDataSource>() is { Endpoints: { Count: > 0 } known } ? known : app.DataSources.SelectMany(source => source.Endpoints);
}

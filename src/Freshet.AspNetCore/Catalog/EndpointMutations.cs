using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Freshet.AspNetCore;

/// <summary>The mutations of an application's endpoints, checked against its catalogs.</summary>
internal static class EndpointMutations
{
    /// <summary>Reads the endpoints.</summary>
    /// <returns>The mutations, each name once, ordered by name.</returns>
    /// <exception cref="CatalogException">Endpoints raise events that no composed catalog declares: all of them.</exception>
    public static IReadOnlyList<EndpointMutation> Read(IEnumerable<Endpoint> endpoints, IServiceProvider services)
    {
        var catalog = services.GetRequiredService<IFreshet>().Catalog;
        var pages = services.GetService<PageLoader>();
        var declared = endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => DeclaredMutation.Of(endpoint, pages))
            .SelectMany(mutation => mutation.Names.Select(name => (Name: name, mutation.Events, mutation.Trigger)))
            .ToList();

        var faults = declared.SelectMany(mutation => mutation.Events.Where(type => catalog.EventFor(type) is null).Select(type => Fault(mutation.Name, type))).ToList();
        if (faults.Count > 0) throw new CatalogException(CatalogComposer.Ordered(faults));

        // One name may stand for several endpoints, told apart by host or content type.
        return [.. declared
            .GroupBy(mutation => (mutation.Name, mutation.Trigger), mutation => mutation.Events)
            .OrderBy(named => named.Key.Name, StringComparer.Ordinal)
            .Select(named => new EndpointMutation(named.Key.Name, Names(named.SelectMany(types => types), catalog), named.Key.Trigger))];
    }

    /// <summary>The application's contract as JSON: its catalogs, these mutations, and the shapes of what travels.</summary>
    public static string Export(IEnumerable<Endpoint> endpoints, IServiceProvider services)
    {
        var catalog = services.GetRequiredService<IFreshet>().Catalog;
        var schemas = new CatalogSchemas(services.GetRequiredService<IOptions<HttpJsonOptions>>().Value.SerializerOptions);
        return catalog.ToJson(Read(endpoints, services), json => schemas.Write(json, catalog));
    }

    /// <summary>What tells one such contract from another: the first 8 bytes of its SHA-256, as base64url.</summary>
    public static string HashOf(string export) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(export)).AsSpan(0, 8));

    private static List<string> Names(IEnumerable<Type> types, CatalogModel catalog) =>
        [.. types.Select(type => catalog.EventFor(type)!.Name).Distinct().Order(StringComparer.Ordinal)];

    private static CatalogFault Fault(string mutation, Type type) => new(
        CatalogFaultKind.UnknownDeclaration, "mutation", mutation, Owner: null,
        $"it raises {TypeText.Of(type)}, and no composed catalog declares an event of that type",
        $"Declare an Event<{TypeText.ShortOf(type)}>, add the catalog that does with AddFreshet().Add<TCatalog>(), or take the declaration off the endpoint.");
}

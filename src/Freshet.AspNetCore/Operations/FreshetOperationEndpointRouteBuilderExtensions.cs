using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Answers how far writes are that finish later.</summary>
public static class FreshetOperationEndpointRouteBuilderExtensions
{
    /// <summary>Where operations are asked for unless something else is said: <c>/operations</c>.</summary>
    public const string DefaultPattern = "/operations";

    /// <summary>
    /// Maps <c>GET /operations/{id}</c>: 202 with <c>accepted</c> or <c>processing</c>, 200 with <c>completed</c>, its data, events and token, or
    /// <c>failed</c> and why. docs/operations.md describes it.
    /// </summary>
    /// <param name="endpoints">The application, or a group; its services have <c>AddFreshet()</c>.</param>
    /// <param name="pattern">Where to; default <see cref="DefaultPattern"/>.</param>
    /// <param name="mayRead">Who may see an operation; null for its owner (the user of that name), and anybody who knows the id when it has none. Everybody else is answered 404, as if there were none.</param>
    /// <exception cref="InvalidOperationException"><c>AddFreshet()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapOperations(this IEndpointRouteBuilder endpoints, string pattern = DefaultPattern, Func<HttpContext, Operation, bool>? mayRead = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(IFreshet)) == false)
            throw new InvalidOperationException("MapOperations() found no Freshet in the services. Call builder.Services.AddFreshet().Add<TCatalog>() before the application is built.");
        return endpoints.MapGet($"{pattern.TrimEnd('/')}/{{{OperationEndpoint.IdParameter}}}", new OperationEndpoint(mayRead).InvokeAsync)
            .WithName(OperationEndpoint.Name).WithDisplayName("Freshet: operation");
    }

    /// <summary>Answers that an operation is accepted: 202, with <c>Location</c> of where to ask for it. Return it from the endpoint that accepted it, after the commit.</summary>
    /// <param name="operation">The operation.</param>
    public static IResult Accepted(this Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return new AcceptedOperation(operation);
    }
}

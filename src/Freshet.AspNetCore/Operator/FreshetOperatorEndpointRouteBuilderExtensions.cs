using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Answers what operators ask, and does what they must.</summary>
public static class FreshetOperatorEndpointRouteBuilderExtensions
{
    /// <summary>Where the operator's endpoints are mapped unless something else is said: <c>/freshet</c>.</summary>
    public const string DefaultPrefix = "/freshet";

    /// <summary>
    /// Maps the operator's endpoints: <c>GET explain</c>, <c>GET status</c> and <c>POST flush</c>, as docs/operator.md describes them.
    /// <code>app.MapFreshetOperator().RequireAuthorization("operators");</code>
    /// </summary>
    /// <param name="endpoints">The application; its services have <c>AddFreshet()</c>.</param>
    /// <param name="prefix">Where to; default <see cref="DefaultPrefix"/>.</param>
    /// <returns>All of them together, to say who may call them.</returns>
    /// <remarks>
    /// They name tags, queries and nodes, and a flush makes every reader load, so nobody is let in anonymously outside the Development
    /// environment: without authorization the host does not start (<see cref="AnonymousOperatorException"/>, if <c>UseFreshet()</c> is
    /// called), and requests are refused. A fallback policy is not enough, since it mostly lets every signed-in person in.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddFreshet()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapFreshetOperator(this IEndpointRouteBuilder endpoints, string prefix = DefaultPrefix)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var services = endpoints.ServiceProvider;
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IFreshet)) == false)
            throw new InvalidOperationException("MapFreshetOperator() found no Freshet in the services. Call builder.Services.AddFreshet().Add<TCatalog>() before the application is built.");

        var desk = new OperatorDesk(services);
        var group = endpoints.MapGroup(prefix);
        group.MapGet("/explain", desk.Answer(ExplainEndpoint.RunAsync)).WithDisplayName("Freshet: explain");
        group.MapGet("/status", desk.Answer(StatusEndpoint.RunAsync)).WithDisplayName("Freshet: status");
        group.MapPost("/flush", desk.Answer(FlushEndpoint.RunAsync)).WithDisplayName("Freshet: flush");
        group.WithMetadata(OperatorMetadata.Instance).ExcludeFromDescription();
        return group;
    }
}

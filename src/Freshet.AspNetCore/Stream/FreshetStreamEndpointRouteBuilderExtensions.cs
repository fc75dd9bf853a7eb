using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Lets browsers follow the log.</summary>
public static class FreshetStreamEndpointRouteBuilderExtensions
{
    /// <summary>Where the stream is mapped unless something else is said: <c>/freshet/stream</c>.</summary>
    public const string DefaultPattern = "/freshet/stream";

    /// <summary>
    /// Maps the stream of invalidations, as docs/stream.md describes it: server-sent events, each to those whom the tags' audience names.
    /// <code>app.MapFreshetStream().RequireAuthorization();</code>
    /// </summary>
    /// <param name="endpoints">The application; its services have <c>AddFreshet()</c>.</param>
    /// <param name="pattern">Where to; default <see cref="DefaultPattern"/>.</param>
    /// <param name="configure">Changes the settings; null leaves their defaults.</param>
    /// <returns>The endpoint, to say who may follow at all.</returns>
    /// <remarks>Without authorization anybody may connect, and hears only of tags that declare <c>HeardByEveryone()</c>.</remarks>
    /// <exception cref="InvalidOperationException"><c>AddFreshet()</c> was not called.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of range.</exception>
    public static IEndpointConventionBuilder MapFreshetStream(this IEndpointRouteBuilder endpoints, string pattern = DefaultPattern, Action<FreshetStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var services = endpoints.ServiceProvider;
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IFreshet)) == false)
            throw new InvalidOperationException("MapFreshetStream() found no Freshet in the services. Call builder.Services.AddFreshet().Add<TCatalog>() before the application is built.");

        var options = new FreshetStreamOptions();
        configure?.Invoke(options);
        options.Check();
        return endpoints.MapGet(pattern, new StreamEndpoint(services, options).RunAsync).WithDisplayName("Freshet: stream").ExcludeFromDescription();
    }
}

using Freshet;
using Freshet.AspNetCore;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts Freshet into the request pipeline.</summary>
public static class FreshetApplicationBuilderExtensions
{
    /// <summary>
    /// Gives every request a read scope and its answer the freshness headers, lets endpoints declare user actions with
    /// <c>.Raises&lt;TEvent&gt;()</c>, and answers Freshet's own errors with problem details. Place it after exception handling, if
    /// there is any, and before whatever reads.
    /// </summary>
    /// <param name="app">The application; its services have <c>AddFreshet()</c>.</param>
    /// <param name="configure">Changes the options that configuration gave; null leaves them.</param>
    /// <remarks>When the host starts, endpoints that raise an event no catalog declares stop it with a <see cref="CatalogException"/>.</remarks>
    /// <exception cref="InvalidOperationException"><c>AddFreshet()</c> was not called.</exception>
    public static IApplicationBuilder UseFreshet(this IApplicationBuilder app, Action<FreshetHttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.ApplicationServices;
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IFreshet)) == false)
            throw new InvalidOperationException("UseFreshet() found no Freshet in the services. Call builder.Services.AddFreshet().Add<TCatalog>() before the application is built.");

        HttpFreshness? freshness = null;
        // Composed when the pipeline is built, which is when the host starts: faults in catalogs surface there, whoever asks first.
        return app.Use(next =>
        {
            freshness ??= new HttpFreshness(services, configure);
            return new FreshetMiddleware(next, freshness).InvokeAsync;
        });
    }
}

using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps endpoints for other systems that tell of what happened there.</summary>
public static class FreshetWebhookEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a webhook: an endpoint that believes only signed deliveries, works each off once, under a Webhook trigger, and
    /// acknowledges it when its records are appended. docs/webhooks.md describes it.
    /// <code>
    /// app.MapWebhook("/webhooks/payments", "payments")
    ///    .On("payment.succeeded", (PaymentSucceeded message, Payments payments, CancellationToken ct) => payments.SettleAsync(message, ct))
    ///    .Raises&lt;InvoicePaid&gt;();
    /// </code>
    /// </summary>
    /// <param name="endpoints">The application, or a group; its services have <c>AddFreshet()</c>.</param>
    /// <param name="pattern">Where the provider posts to.</param>
    /// <param name="name">Whose deliveries they are: letters, digits, '-' and '.'. It names the options (<c>Freshet:Webhooks:payments:Secrets:0</c>), the source of claims and the actor in records. Two endpoints of one name share their claims.</param>
    /// <param name="configure">Changes the options that configuration gave; null leaves them.</param>
    /// <remarks>
    /// When the host starts, a webhook without a usable secret or without any handler stops it, and so does one whose claims nothing
    /// could keep because no outbox is registered, if <c>UseFreshet()</c> is called. The endpoint is open to anybody but believes only signatures, so put no
    /// authorization on it.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddFreshet()</c> was not called.</exception>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    public static WebhookBuilder MapWebhook(this IEndpointRouteBuilder endpoints, string pattern, string name, Action<WebhookOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (!Declaration.IsName(name)) throw new ArgumentException("A webhook's name has 1 to 128 letters, digits, '-' or '.'.", nameof(name));
        var services = endpoints.ServiceProvider;
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IFreshet)) == false)
            throw new InvalidOperationException("MapWebhook() found no Freshet in the services. Call builder.Services.AddFreshet().Add<TCatalog>() before the application is built.");

        var webhook = new WebhookEndpoint(name, services, configure);
        var convention = endpoints.MapPost(pattern, webhook.InvokeAsync).WithMetadata(new WebhookMetadata(webhook));
        return new WebhookBuilder(webhook, convention);
    }
}

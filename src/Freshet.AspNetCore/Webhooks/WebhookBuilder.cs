using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;

namespace Freshet.AspNetCore;

/// <summary>A webhook that was mapped: add what it does for each type of delivery. Made by <c>app.MapWebhook(...)</c>.</summary>
public sealed class WebhookBuilder : IEndpointConventionBuilder
{
    private const string Reflects = "Handlers are bound by reflection, as those of MapPost are.";
    private readonly WebhookEndpoint _webhook;
    private readonly IEndpointConventionBuilder _endpoint;

    internal WebhookBuilder(WebhookEndpoint webhook, IEndpointConventionBuilder endpoint)
    {
        _webhook = webhook;
        _endpoint = endpoint;
    }

    /// <summary>Handles deliveries of one type. Types nobody handles are acknowledged and counted.</summary>
    /// <param name="type">The type as it stands in the body, in exactly this spelling.</param>
    /// <param name="handler">Bound as a route handler is: the verified body as JSON, services, <c>HttpContext</c>, <c>CancellationToken</c>.</param>
    /// <remarks>
    /// It runs under a Webhook trigger. Save the outbox in the transaction of the write (<c>await freshet.SaveOutboxAsync(transaction)</c>,
    /// or what does so by itself): that writes the delivery's claim too, so that whatever happens it is worked off once. When the handler
    /// returns, the delivery is acknowledged with 200 and what it returned is not sent, unless it is a result with a status of 400 or
    /// more, which is. When it throws, the provider gets a 5xx and delivers again.
    /// </remarks>
    /// <exception cref="ArgumentException">The type is empty or has a handler already.</exception>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    public WebhookHandlerBuilder On(string type, Delegate handler)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(handler);
        return new WebhookHandlerBuilder(_webhook.Add(type, handler));
    }

    /// <summary>Handles every delivery whose type has no handler of its own, and those of providers that name no type.</summary>
    /// <inheritdoc cref="On(string, Delegate)"/>
    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    public WebhookHandlerBuilder OnAny(Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new WebhookHandlerBuilder(_webhook.Add(type: null, handler));
    }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => _endpoint.Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => _endpoint.Finally(finallyConvention);
}

/// <summary>What a webhook does for one type of delivery: say what it raises.</summary>
public sealed class WebhookHandlerBuilder
{
    private readonly WebhookHandler _handler;

    internal WebhookHandlerBuilder(WebhookHandler handler) => _handler = handler;

    /// <summary>The handler raises this event. The application's mutations list it: <c>POST /webhooks/payments payment.succeeded</c>.</summary>
    /// <typeparam name="TEvent">The event's CLR type, as declared in a catalog. Call once for each event.</typeparam>
    public WebhookHandlerBuilder Raises<TEvent>() where TEvent : notnull
    {
        _handler.Raises(typeof(TEvent));
        return this;
    }

    /// <summary>Deliveries of this type are not claimed: doing the work twice is the same as doing it once, as when it only calls <c>RevalidateTag</c>. Such a handler needs no outbox.</summary>
    public WebhookHandlerBuilder WithoutClaims()
    {
        _handler.Claims = false;
        return this;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore;

/// <summary>One webhook: reads a delivery, believes it or not, works it off once, and acknowledges it.</summary>
internal sealed partial class WebhookEndpoint
{
    private const string InvalidSignature = "The signature header does not prove who sent this, and when. Nothing was done.";
    private readonly ConcurrentDictionary<string, WebhookHandler> _handlers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal); // bounded: one for each handler
    private readonly IServiceProvider _services;
    private readonly Lazy<Started> _started;
    private WebhookHandler? _any;

    public WebhookEndpoint(string name, IServiceProvider services, Action<WebhookOptions>? configure)
    {
        Name = name;
        _services = services;
        _started = new Lazy<Started>(() => new Started(this, services, configure));
    }

    public string Name { get; }

    /// <summary>Its handlers, by type.</summary>
    public IEnumerable<WebhookHandler> Handlers => _any is null ? _handlers.Values : _handlers.Values.Append(_any);

    [RequiresUnreferencedCode("Binds by reflection.")]
    [RequiresDynamicCode("Binds by reflection.")]
    public WebhookHandler Add(string? type, Delegate run)
    {
        if (_started.IsValueCreated) throw new InvalidOperationException($"The webhook '{Name}' got a handler after the application started. Add its handlers where it is mapped.");
        var handler = new WebhookHandler(type, run, _services);
        if (type is null ? Interlocked.CompareExchange(ref _any, handler, null) is not null : !_handlers.TryAdd(type, handler))
            throw new ArgumentException($"The webhook '{Name}' has a handler for {(type is null ? "every type" : $"'{type}'")} already. Give each type one.", nameof(type));
        return handler;
    }

    /// <summary>What a handler's actions, and its mutation, are called: <c>POST /webhooks/payments payment.succeeded</c>.</summary>
    public static string NameOf(string endpoint, WebhookHandler handler) => handler.Type is null ? endpoint : $"{endpoint} {handler.Type}";

    /// <summary>CLR types of the events a handler may raise: its own, and those that are declared for the whole webhook or a group around it.</summary>
    public static IReadOnlyList<Type> EventsOf(Endpoint? endpoint, WebhookHandler handler) => [.. handler.Events.Union(MutationAudit.DeclaredOn(endpoint))];

    /// <summary>Checks, when the host starts, what would otherwise be found out by the first delivery.</summary>
    /// <exception cref="OptionsValidationException">Its settings cannot be used.</exception>
    /// <exception cref="WebhookWithoutHandlerException">It does nothing.</exception>
    /// <exception cref="WebhookOutboxMissingException">Nothing could keep its claims.</exception>
    public void Start() => _ = _started.Value;

    public async Task InvokeAsync(HttpContext http)
    {
        var request = FreshetRequest.Of(http) ?? throw new MiddlewareMissingException(EndpointNames.Of(http));
        request.IsSilent = true;
        var started = _started.Value;
        if (await ReadAsync(request, started).ConfigureAwait(false) is not { } delivery) return;

        if (delivery.Handler is not { } handler)
        {
            started.Logger.DeliveryUnhandled(delivery.ShownType, Name);
            request.Freshness.Webhooks.Note(Name, DeliveryOutcome.Unhandled);
        }
        else if (await IsClaimedAsync(request, started, delivery).ConfigureAwait(false)) NoteRepeated(request, started, delivery);
        else await WorkOffAsync(request, started, delivery, handler).ConfigureAwait(false);
    }

    private async Task<bool> IsClaimedAsync(FreshetRequest request, Started started, Delivery delivery)
    {
        try
        {
            return delivery.Claim is { } claim && await started.IsClaimedAsync(claim, request.Http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            NoteFailed(request, started, delivery, error.GetType().Name);
            throw;
        }
    }

    private async Task WorkOffAsync(FreshetRequest request, Started started, Delivery delivery, WebhookHandler handler)
    {
        var http = request.Http;
        var name = NameOf(EndpointNames.Of(http), handler);
        var action = request.Freshness.Freshet.BeginWebhook(name, Name);
        await using var _ = action.ConfigureAwait(false);
        WebhookHandler.Ended ended;
        try
        {
            action.Claim = delivery.Claim;
            ended = await handler.RunAsync(http, delivery.Body).ConfigureAwait(false);
            if (ended.IsBound) await action.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (IsDuplicate(error))
        {
            // Another request has committed the same delivery while this one was at work. What was saved here with the claim that could
            // not be taken shares the fate of its transaction, as the end of the action finds out.
            await action.DisposeAsync().ConfigureAwait(false);
            NoteRepeated(request, started, delivery);
            return;
        }
        catch (Exception error)
        {
            await action.DisposeAsync().ConfigureAwait(false); // before the answer leaves: its write may be committed
            NoteFailed(request, started, delivery, error.GetType().Name);
            // Signed by the provider and not understood by the handler: that is ours to mend, so it is no 400.
            if (error is not FreshetException { IsCallerFault: true } fault) throw;
            await request.Freshness.Problems.WriteOwnFaultAsync(http, fault).ConfigureAwait(false);
            return;
        }

        if (!ended.IsBound)
        {
            NoteFailed(request, started, delivery, "its body is not what the handler takes");
            await request.Freshness.Problems.WriteMalformedAsync(http, http.Response.StatusCode).ConfigureAwait(false);
        }
        else if (ended.Error is { } error)
        {
            NoteFailed(request, started, delivery, $"the handler answered {((IStatusCodeHttpResult)error).StatusCode}");
            await error.ExecuteAsync(http).ConfigureAwait(false);
        }
        else
        {
            http.Response.Clear(); // whatever else the handler had set for an answer of its own
            request.Freshness.Webhooks.Note(Name, DeliveryOutcome.Handled);
            request.Freshness.Audit.Compare(name, handler.Events, EventsOf(http.GetEndpoint(), handler), action.Records);
            if (action is { Claim: not null, IsClaimSaved: false } && _said.TryAdd(handler.Type ?? "", true)) started.Logger.ClaimNotSaved(handler.Type ?? "", Name);
        }
    }

    private void NoteRepeated(FreshetRequest request, Started started, Delivery delivery)
    {
        request.Http.Response.Clear();
        started.Logger.DeliveryRepeated(delivery.ShownType, Name);
        request.Freshness.Webhooks.Note(Name, DeliveryOutcome.Repeated);
    }

    private void NoteFailed(FreshetRequest request, Started started, Delivery delivery, string reason)
    {
        started.Logger.DeliveryFailed(delivery.ShownType, Name, reason);
        request.Freshness.Webhooks.Note(Name, DeliveryOutcome.Failed);
    }

    // Others wrap what a save threw: a database's update exception, a retry's.
    private static bool IsDuplicate(Exception error)
    {
        for (var at = error; at is not null; at = at.InnerException)
        {
            if (at is DuplicateDeliveryException) return true;
        }
        return false;
    }
}

using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;

namespace Freshet.AspNetCore;

/// <summary>What one endpoint declares: what its actions are called, and which events they raise.</summary>
/// <param name="Names">One for each method it answers: <c>POST /invoices/{id}/pay</c>; <c>* /invoices</c> when it answers any.</param>
/// <param name="Events">CLR types of the events, each once.</param>
/// <param name="Trigger">What it runs under.</param>
internal sealed record DeclaredMutation(IReadOnlyList<string> Names, IReadOnlyList<Type> Events, TriggerKind Trigger)
{
    private const string AnyMethod = "*";

    /// <summary>Reads an endpoint; none when it is no mutation.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="pages">Loads Razor pages; null when the application has none.</param>
    public static IEnumerable<DeclaredMutation> Of(RouteEndpoint endpoint, PageLoader? pages)
    {
        // Such an endpoint only makes links: no request reaches it.
        if (endpoint.Metadata.GetMetadata<ISuppressMatchingMetadata>()?.SuppressMatching == true) return [];
        if (endpoint.Metadata.GetMetadata<WebhookMetadata>() is { Webhook: var webhook }) return webhook.Handlers.Select(handler => OfWebhook(endpoint, handler));
        return OfUserAction(endpoint, pages) is { } action ? [action] : [];
    }

    // Each type of delivery is a mutation of its own: what the provider may tell, and what that makes stale.
    private static DeclaredMutation OfWebhook(RouteEndpoint endpoint, WebhookHandler handler) =>
        new([WebhookEndpoint.NameOf($"POST {EndpointNames.PatternOf(endpoint)}", handler)], WebhookEndpoint.EventsOf(endpoint, handler), TriggerKind.Webhook);

    private static DeclaredMutation? OfUserAction(RouteEndpoint endpoint, PageLoader? pages)
    {
        var page = Page(endpoint, pages);
        var metadata = page?.Endpoint?.Metadata ?? endpoint.Metadata;
        if (metadata.GetMetadata<IUserActionMetadata>() is null) return null;

        var methods = page is null ? endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [] : MethodsOf(page);
        var writes = UserActions.IncludesReads(metadata) ? methods : [.. methods.Where(method => !UserActions.IsRead(method))];
        if (writes.Count == 0 && (methods.Count > 0 || page is not null)) return null;

        var pattern = EndpointNames.PatternOf(endpoint) ?? endpoint.DisplayName;
        return new DeclaredMutation(
            [.. writes.DefaultIfEmpty(AnyMethod).Select(method => $"{method} {pattern}")],
            [.. metadata.GetOrderedMetadata<IRaisesEvent>().Select(declared => declared.EventType).Distinct()],
            TriggerKind.UserAction);
    }

    // A page's own attributes are known once it is loaded, which otherwise its first request does. The page keeps the result.
    private static CompiledPageActionDescriptor? Page(RouteEndpoint endpoint, PageLoader? pages) =>
        endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page && pages is not null
            ? pages.LoadAsync(page, endpoint.Metadata).GetAwaiter().GetResult()
            : null;

    // A page answers every method; what it does about one, its handlers say: OnPostAsync, OnPostDeleteAsync.
    private static List<string> MethodsOf(CompiledPageActionDescriptor page) =>
        [.. page.HandlerMethods.Select(handler => handler.HttpMethod?.ToUpperInvariant()).OfType<string>().Distinct()];
}

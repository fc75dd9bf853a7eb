using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Freshet.AspNetCore;

/// <summary>Decides whether a request runs under a user action.</summary>
internal static class UserActions
{
    /// <summary>Whether an endpoint declares one.</summary>
    public static bool IsDeclared(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<IUserActionMetadata>() is not null;

    /// <summary>The request to open an action for; null when it needs none, or has one already from an earlier filter.</summary>
    /// <param name="http">The request.</param>
    /// <param name="includesReads">Whether what was declared holds for GET.</param>
    /// <exception cref="MiddlewareMissingException">The request did not pass <c>UseFreshet()</c>.</exception>
    public static FreshetRequest? ToOpen(HttpContext http, bool includesReads)
    {
        if (!includesReads && IsRead(http.Request.Method)) return null;
        if (http.GetEndpoint()?.Metadata.GetMetadata<WebhookMetadata>() is not null) return null; // it opens its own trigger, whatever its group declares
        var request = FreshetRequest.Of(http) ?? throw new MiddlewareMissingException(EndpointNames.Of(http));
        return request.Action is null ? request : null;
    }

    /// <summary>Whether what an endpoint declares holds for GET too: it is declared on the endpoint itself, not only on its group, controller or page model.</summary>
    public static bool IncludesReads(EndpointMetadataCollection metadata) =>
        metadata.GetOrderedMetadata<IUserActionMetadata>().Any(declared => declared.IncludesReads)
        || (metadata.GetMetadata<ActionDescriptor>() is { } action and not PageActionDescriptor && IsDeclaredOn(action));

    /// <summary>Whether a controller's action declares one itself, not only its controller.</summary>
    public static bool IsDeclaredOn(ActionDescriptor action) =>
        action.FilterDescriptors.Any(filter => filter.Scope == FilterScope.Action && filter.Filter is IUserActionMetadata);

    /// <summary>Whether a method only reads.</summary>
    public static bool IsRead(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}

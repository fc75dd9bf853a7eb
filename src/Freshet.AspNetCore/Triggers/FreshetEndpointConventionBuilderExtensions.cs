using Freshet.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Declares on endpoints, and on groups of them, what they write.</summary>
public static class FreshetEndpointConventionBuilderExtensions
{
    /// <summary>The endpoint is a mutation that raises this event: it runs under a user action, and its answer carries the consistency token.</summary>
    /// <typeparam name="TEvent">The event's CLR type, as declared in a catalog. Call once for each event.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <remarks>On a group it is about the group's writes: endpoints answering GET are left alone unless they declare something themselves.</remarks>
    public static RouteHandlerBuilder Raises<TEvent>(this RouteHandlerBuilder endpoint) where TEvent : notnull => endpoint.Declare(new RaisesMetadata(typeof(TEvent)));

    /// <inheritdoc cref="Raises{TEvent}(RouteHandlerBuilder)"/>
    public static RouteGroupBuilder Raises<TEvent>(this RouteGroupBuilder endpoint) where TEvent : notnull => endpoint.Declare(new RaisesMetadata(typeof(TEvent)));

    /// <inheritdoc cref="Raises{TEvent}(RouteHandlerBuilder)"/>
    public static IEndpointConventionBuilder Raises<TEvent>(this IEndpointConventionBuilder endpoint) where TEvent : notnull => endpoint.Declare(new RaisesMetadata(typeof(TEvent)));

    /// <summary>The endpoint runs under a user action without declaring events: it uses <c>UpdateTag</c>, <c>RevalidatePath</c> or <c>Refresh</c>.</summary>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <remarks>On a group it is about the group's writes: endpoints answering GET are left alone unless they declare something themselves.</remarks>
    public static TBuilder UserAction<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.Declare(null);

    /// <summary>The endpoint's body must not change: token and events travel in headers alone, and the body is what the handler returned.</summary>
    /// <param name="endpoint">The endpoint or group.</param>
    public static TBuilder HeadersOnly<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(builder => builder.Metadata.Add(HeadersOnlyMetadata.Instance));
        return endpoint;
    }

    private static TBuilder Declare<TBuilder>(this TBuilder endpoint, object? metadata) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        // MapControllers() and MapRazorPages() stand for many endpoints, as a group does.
        var isGroup = endpoint is RouteGroupBuilder or ControllerActionEndpointConventionBuilder or PageActionEndpointConventionBuilder;
        endpoint.Add(builder =>
        {
            if (metadata is not null) builder.Metadata.Add(metadata);
            builder.Metadata.Add(new UserActionMetadata(IncludesReads: !isGroup));
            UserActionEndpointFilter.AddOnceTo(builder);
        });
        return endpoint;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Runs a route handler under a user action: opens it, lets the handler write, appends, and only then hands on the answer.</summary>
internal sealed class UserActionEndpointFilter : IEndpointFilter
{
    private static readonly UserActionEndpointFilter _instance = new();

    /// <summary>Adds the filter to an endpoint unless it is there: an endpoint may raise several events, within a group that declares an action as well.</summary>
    /// <remarks>In front of all other filters, so that they run inside the action, and what they return is what is wrapped.</remarks>
    public static void AddOnceTo(EndpointBuilder builder)
    {
        if (builder.Metadata.Contains(_instance)) return;
        builder.Metadata.Add(_instance);
        builder.FilterFactories.Insert(0, (_, next) => context => _instance.InvokeAsync(context, next));
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var declared = http.GetEndpoint()!.Metadata.GetOrderedMetadata<IUserActionMetadata>();
        if (UserActions.ToOpen(http, declared.Any(metadata => metadata.IncludesReads)) is not { } request)
            return await next(context).ConfigureAwait(false);

        // Disposed without CompleteAsync, when the handler throws, the action counts as uncertain and expires what was raised.
        var action = request.BeginUserAction();
        await using var _ = action.ConfigureAwait(false);
        var result = await next(context).ConfigureAwait(false);
        await request.CompleteAsync().ConfigureAwait(false);
        return EnvelopeResult.Wrap(request, result);
    }

    public override string ToString() => "Freshet user action";
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace Freshet.AspNetCore;

/// <summary>A result that writes another one inside the envelope.</summary>
internal sealed class EnvelopeResult(FreshetRequest request, IResult inner) : IResult, INestedHttpResult
{
    public IResult Result => inner;

    /// <summary>Wraps what an endpoint's handler returned, if it carries a value and the endpoint's body may change.</summary>
    public static object? Wrap(FreshetRequest request, object? result)
    {
        // Controllers pass here too, when a group of endpoints declares the action; they have their own kind of results.
        if (request.Http.GetEndpoint()?.Metadata.GetMetadata<ActionDescriptor>() is not null) return EnvelopeActionResult.Wrap(request, result);

        var inner = result;
        while (inner is INestedHttpResult nested) inner = nested.Result;
        if (inner is not IResult)
        {
            // Text is sent as text, not as JSON; null is no value.
            if (inner is null or string) return result;
            inner = new JsonValueResult(inner);
        }
        return Envelope.MayWrap((IResult)inner) && request.TakeEnvelope() ? new EnvelopeResult(request, (IResult)inner) : result;
    }

    public Task ExecuteAsync(HttpContext httpContext) => Envelope.WriteAsync(request, async () =>
    {
        await inner.ExecuteAsync(httpContext).ConfigureAwait(false);
        return true;
    });
}

/// <summary>The same for controllers whose action is declared by a convention, so that no MVC filter of ours runs around their result.</summary>
internal sealed class EnvelopeActionResult(FreshetRequest request, IActionResult inner) : IActionResult
{
    public static object? Wrap(FreshetRequest request, object? result)
    {
        var inner = result switch
        {
            IActionResult already => already,
            IConvertToActionResult convertible => convertible.Convert(),
            null => null,
            _ => new ObjectResult(result) { DeclaredType = result.GetType() },
        };
        return Envelope.MayWrap(inner) && request.TakeEnvelope() ? new EnvelopeActionResult(request, inner!) : result;
    }

    public Task ExecuteResultAsync(ActionContext context) => Envelope.WriteAsync(request, async () =>
    {
        await inner.ExecuteResultAsync(context).ConfigureAwait(false);
        return true;
    });
}

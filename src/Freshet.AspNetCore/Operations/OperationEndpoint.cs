using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.AspNetCore;

/// <summary>How far an operation is, for whom it concerns.</summary>
/// <param name="mayRead">Whom it concerns; null for its owner.</param>
internal sealed class OperationEndpoint(Func<HttpContext, Operation, bool>? mayRead)
{
    public const string Name = "freshet-operation";
    public const string IdParameter = "id";

    public async Task InvokeAsync(HttpContext http)
    {
        var request = FreshetRequest.Of(http) ?? throw new MiddlewareMissingException(EndpointNames.Of(http));
        request.IsSilent = true; // what it says of freshness is the operation's, not that of what was read to decide who may see it
        http.Response.Headers.CacheControl = "no-store";
        var operations = http.RequestServices.GetRequiredService<IOperations>();
        if (!Guid.TryParse(http.Request.RouteValues[IdParameter] as string, out var id)
            || await operations.FindAsync(id, http.RequestAborted).ConfigureAwait(false) is not { } operation
            || !(mayRead ?? IsOwner)(http, operation))
        {
            // One answer for both: who may not see it is not told that it is there.
            await ProblemWriter.AnswerAsync(http, StatusCodes.Status404NotFound, "unknown-operation", "There is no such operation, it was finished long ago, or somebody else asked for it.").ConfigureAwait(false);
            return;
        }

        if (operation.Status is OperationState.Accepted or OperationState.Processing)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}";
            http.Response.Headers.RetryAfter = "1";
        }
        await OperationAnswer.WriteAsync(http.Response, request.Freshness, operation).ConfigureAwait(false);
    }

    private static bool IsOwner(HttpContext http, Operation operation) => operation.Owner is null || operation.Owner == FreshetRequest.ActorOf(http);
}

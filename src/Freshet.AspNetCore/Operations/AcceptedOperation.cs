using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.AspNetCore;

/// <summary>The answer of an endpoint that accepted an operation. Its value is what the envelope has as <c>data</c>; <c>status</c> follows from the 202.</summary>
internal sealed class AcceptedOperation(Operation operation) : IResult, IValueHttpResult, IStatusCodeHttpResult
{
    public object Value => operation;

    public int? StatusCode => StatusCodes.Status202Accepted;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        var links = httpContext.RequestServices.GetRequiredService<LinkGenerator>();
        // It is committed by now, so the answer goes out, with the id though without a place to ask.
        if (links.GetPathByName(httpContext, OperationEndpoint.Name, new RouteValueDictionary { [OperationEndpoint.IdParameter] = operation.Id.ToString() }) is { } location) response.Headers.Location = location;
        else FreshetRequest.Of(httpContext)?.Freshness.Audit.NoteUnmappedOperation(EndpointNames.Of(httpContext));
        return OperationAnswer.WriteAsync(response, json => OperationAnswer.WriteData(json, operation));
    }
}

using System.Globalization;
using Freshet;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BillingDesk.Server;

/// <summary>The live strip: each record of the log as a server-sent event, names and all. For this sample only: it shows every account's tags to everybody.</summary>
internal static class LiveEndpoint
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/api/live", Follow);

    private static Results<LiveStream, ValidationProblem> Follow(HttpRequest request, IFreshet freshet, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        if (!request.Headers.TryGetValue(LastEventId, out var header)) return new LiveStream(freshet.Log, time, lifetime, after: null);
        return long.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? new LiveStream(freshet.Log, time, lifetime, after)
            : TypedResults.ValidationProblem([new(LastEventId, ["Send the id of an event of this stream, which is a position, or leave the header out."])]);
    }
}

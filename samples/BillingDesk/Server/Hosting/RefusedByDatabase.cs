using BillingDesk.Data;
using Microsoft.AspNetCore.Diagnostics;

namespace BillingDesk.Server;

/// <summary>Answers 400 when a value passed the endpoint's check and a CHECK of the database refused it. The transaction was rolled back.</summary>
/// <remarks>It happens: a text with a NUL is shorter to SQLite than to C#.</remarks>
internal sealed class RefusedByDatabase(BillingDeskDatabase database) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!database.IsRefusedValue(exception)) return false;
        await TypedResults.Problem(
            statusCode: StatusCodes.Status400BadRequest, title: "A value is outside its limits",
            detail: "The database refused a text or number of this request. Nothing was changed.").ExecuteAsync(httpContext);
        return true;
    }
}

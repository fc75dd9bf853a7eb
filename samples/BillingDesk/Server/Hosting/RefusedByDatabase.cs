using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;

namespace BillingDesk.Server;

/// <summary>Answers 400 when a value passed the endpoint's check and a CHECK of the database refused it. The transaction was rolled back.</summary>
/// <remarks>It happens: a text with a NUL is shorter to SQLite than to C#.</remarks>
internal sealed class RefusedByDatabase : IExceptionHandler
{
    private const int CheckConstraint = 275; // SQLITE_CONSTRAINT_CHECK

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not SqliteException { SqliteExtendedErrorCode: CheckConstraint }) return false;
        await TypedResults.Problem(
            statusCode: StatusCodes.Status400BadRequest, title: "A value is outside its limits",
            detail: "The database refused a text or number of this request. Nothing was changed.").ExecuteAsync(httpContext);
        return true;
    }
}

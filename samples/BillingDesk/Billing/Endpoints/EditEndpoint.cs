using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>Editing an invoice, against the version the editor saw.</summary>
internal static class EditEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/invoices/{invoiceId}", EditAsync).Raises<InvoiceEdited>();

    private static async Task<Results<Ok<InvoiceDetail>, JsonHttpResult<InvoiceDetail>, NotFound, ValidationProblem, ProblemHttpResult>> EditAsync(
        string invoiceId, InvoiceEdit edit, InvoiceWrites invoices, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user,
        HttpRequest request, HttpResponse response, CancellationToken ct)
    {
        if (request.Headers.IfMatch.Count == 0)
            return Problem(StatusCodes.Status428PreconditionRequired, "Which version?", "Send If-Match with the ETag of the invoice you read.");
        if (VersionTag.FromIfMatch(request) is not { } version)
            return Problem(StatusCodes.Status400BadRequest, "Which version?", "If-Match must name exactly one version, such as \"7\".");
        if (edit.Validate() is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);

        var ended = await transactions.WriteAsync(() => invoices.EditAsync(invoiceId, version, edit, user.Identity!.Name!, ct), outcome =>
        {
            if (outcome is EditOutcome.Edited(var edited)) freshet.Raise(new InvoiceEdited(edited.Id, edited.AccountId));
        }, ct);
        switch (ended)
        {
            case EditOutcome.Edited(var invoice):
                response.Headers.ETag = VersionTag.Of(invoice);
                return TypedResults.Ok(invoice);
            case EditOutcome.Stale(var current):
                response.Headers.ETag = VersionTag.Of(current);
                return TypedResults.Json(current, statusCode: StatusCodes.Status412PreconditionFailed);
            default:
                return TypedResults.NotFound();
        }
    }

    private static ProblemHttpResult Problem(int status, string title, string detail) =>
        TypedResults.Problem(statusCode: status, title: title, detail: detail);
}

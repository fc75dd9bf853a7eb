using System.Security.Claims;
using System.Text.Encodings.Web;
using BillingDesk.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>Paying an invoice, over an API with the envelope, over one whose body cannot change, and from a form without script.</summary>
internal static class PayEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/invoices/{invoiceId}/pay", PayAsync).Raises<InvoicePaid>();
        routes.MapPost("/legacy/invoices/{invoiceId}/pay", PayAsync).Raises<InvoicePaid>().HeadersOnly();
        routes.MapPost("/plain/invoices/{invoiceId}/pay", PayFromFormAsync).Raises<InvoicePaid>();
    }

    private static async Task<Results<Ok<InvoiceDetail>, NotFound, ProblemHttpResult>> PayAsync(
        string invoiceId, InvoicePayments payments, ClaimsPrincipal user, HttpResponse response, CancellationToken ct)
    {
        switch (await payments.PayAsync(invoiceId, user.Identity!.Name!, ct))
        {
            case PayOutcome.Paid(var invoice):
                response.Headers.ETag = VersionTag.Of(invoice);
                return TypedResults.Ok(invoice);
            case PayOutcome.AlreadyPaid:
                return TypedResults.Problem(
                    statusCode: StatusCodes.Status409Conflict, title: "Already paid", detail: "The invoice was paid before. Nothing was changed; read it again.");
            default:
                return TypedResults.NotFound();
        }
    }

    /// <summary>Answers with 303, so that reloading the page does not pay again. The token travels in the cookie.</summary>
    private static async Task<Results<SeeOther, ContentHttpResult, NotFound>> PayFromFormAsync(
        string invoiceId, InvoicePayments payments, ClaimsPrincipal user, CancellationToken ct)
    {
        switch (await payments.PayAsync(invoiceId, user.Identity!.Name!, ct))
        {
            case PayOutcome.Paid(var invoice):
                return new SeeOther(PageOf(invoice));
            case PayOutcome.AlreadyPaid(var invoice):
                return TypedResults.Content(AlreadyPaid(PageOf(invoice)), "text/html; charset=utf-8", statusCode: StatusCodes.Status409Conflict);
            default:
                return TypedResults.NotFound();
        }
    }

    private static string PageOf(InvoiceDetail invoice) => $"/plain/accounts/{Uri.EscapeDataString(invoice.AccountId)}";

    private static string AlreadyPaid(string page) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Already paid</title></head>
        <body><main><h1>Already paid</h1><p>Nothing was changed. <a href="{HtmlEncoder.Default.Encode(page)}">Back to the account</a></p></main></body>
        </html>
        """;

    /// <summary>303 See Other: the browser reads another page with GET.</summary>
    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}

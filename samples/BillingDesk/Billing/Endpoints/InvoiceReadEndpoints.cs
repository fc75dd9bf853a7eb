using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>Reads of invoices: each answers from its cached query, and <c>UseFreshet()</c> adds the freshness headers.</summary>
internal static class InvoiceReadEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/invoices/{invoiceId}", InvoiceAsync);
        routes.MapGet("/api/accounts/{accountId}/badge", BadgeAsync);
        routes.MapGet("/api/accounts/{accountId}/invoices", ListAsync);
        routes.MapGet("/api/accounts/{accountId}/invoices/search", SearchAsync);
    }

    private static async Task<Results<Ok<InvoiceDetail>, NotFound>> InvoiceAsync(
        string invoiceId, IFreshet freshet, HttpResponse response, CancellationToken ct)
    {
        if (await freshet.ReadAsync(BillingCatalog.InvoiceById, invoiceId, ct) is not { } invoice) return TypedResults.NotFound();
        response.Headers.ETag = VersionTag.Of(invoice);
        return TypedResults.Ok(invoice);
    }

    private static async Task<Results<Ok<HeaderBadge>, NotFound>> BadgeAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(BillingCatalog.Badge, accountId, ct) is { } badge ? TypedResults.Ok(badge) : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<InvoiceRow>>, NotFound>> ListAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(BillingCatalog.InvoiceList, accountId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<InvoiceRow>>, NotFound>> SearchAsync(
        string accountId, string? q, IFreshet freshet, CancellationToken ct)
    {
        // A blank text finds every invoice: that is the list, which is cached already.
        if (string.IsNullOrWhiteSpace(q)) return await ListAsync(accountId, freshet, ct);
        var search = new InvoiceSearch(accountId, q.Trim());
        return await freshet.ReadAsync(BillingCatalog.Search, search, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();
    }
}

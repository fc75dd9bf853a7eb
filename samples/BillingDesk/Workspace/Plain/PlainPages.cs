using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>The desk for browsers without script: one page per account, with a form to pay each unpaid invoice.</summary>
internal static class PlainPages
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup(FooterGroup.Plain).MapGet("/accounts/{accountId}", AccountAsync);

    private static async Task<Results<ContentHttpResult, NotFound>> AccountAsync(
        string accountId, IFreshet freshet, SiteReads site, HttpResponse response, CancellationToken ct)
    {
        // As one set: a payment between two of these reads must not show a badge and a list that disagree.
        var screen = await freshet.ReadScreenAsync(WorkspaceCatalog.Desk, async inner => (
            Summary: await freshet.ReadAsync(AccountsCatalog.Summary, accountId, inner),
            Badge: await freshet.ReadAsync(BillingCatalog.Badge, accountId, inner),
            Invoices: await freshet.ReadAsync(BillingCatalog.InvoiceList, accountId, inner)), ct);
        if (screen.Value is not ({ } summary, { } badge, { } invoices)) return TypedResults.NotFound();
        var footer = await site.FooterAsync(FooterGroup.Plain, ct);
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
        return TypedResults.Content(AccountPage.Render(summary, badge, invoices, footer), "text/html; charset=utf-8");
    }
}

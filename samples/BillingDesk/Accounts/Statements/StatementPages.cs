using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>Statements to print, rendered on the server: one route group, one layout, one footer.</summary>
internal static class StatementPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Stored until something they show changes: a payment, a new name, or the footer, which only RevalidatePath knows of.
        var statements = routes.MapGroup(FooterGroup.Statements).CacheRendered(Profile.Minutes, page => page.AddPolicy<SameForEverybody>());
        statements.MapGet("/{accountId}", AccountAsync);
        statements.MapGet("/{accountId}/{invoiceId}", InvoiceAsync);
    }

    /// <summary>Where a statement is: of an account, or of one of its invoices.</summary>
    public static string PathOf(string accountId, string? invoiceId = null)
    {
        var account = $"{FooterGroup.Statements}/{Uri.EscapeDataString(accountId)}";
        return invoiceId is null ? account : $"{account}/{Uri.EscapeDataString(invoiceId)}";
    }

    private static async Task<Results<ContentHttpResult, NotFound>> AccountAsync(
        string accountId, IFreshet freshet, SiteReads site, HttpResponse response, CancellationToken ct)
    {
        // As one set: a payment between the two reads must not show a balance and a list that disagree.
        var screen = await freshet.ReadScreenAsync(AccountsCatalog.Statements, async inner => (
            Statement: await freshet.ReadAsync(AccountsCatalog.Statement, accountId, inner),
            Invoices: await freshet.ReadAsync(BillingCatalog.InvoiceList, accountId, inner)), ct);
        if (screen.Value is not ({ } statement, { } invoices)) return TypedResults.NotFound();
        return await PageAsync($"Statement of {statement.Name}", AccountStatementPage.Render(statement, invoices), site, response, ct);
    }

    private static async Task<Results<ContentHttpResult, NotFound>> InvoiceAsync(
        string accountId, string invoiceId, IFreshet freshet, SiteReads site, HttpResponse response, CancellationToken ct)
    {
        // The name and the invoice, no sums: a payment of another invoice leaves this page alone.
        var screen = await freshet.ReadScreenAsync(AccountsCatalog.Statements, async inner => (
            Account: await freshet.ReadAsync(AccountsCatalog.AccountById, accountId, inner),
            Invoice: await freshet.ReadAsync(BillingCatalog.InvoiceById, invoiceId, inner)), ct);
        if (screen.Value is not ({ } account, { } invoice) || invoice.AccountId != account.Id) return TypedResults.NotFound();
        return await PageAsync($"Invoice {invoice.Number}", InvoiceStatementPage.Render(account, invoice), site, response, ct);
    }

    private static async Task<ContentHttpResult> PageAsync(string title, Html main, SiteReads site, HttpResponse response, CancellationToken ct)
    {
        // Plain SQL: no cached query shows the footer. Who edits it invalidates the layout of these pages.
        var footer = await site.FooterAsync(FooterGroup.Statements, ct);
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return TypedResults.Content(StatementLayout.Page(title, main, footer).ToString(), "text/html; charset=utf-8");
    }
}

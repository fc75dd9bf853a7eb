using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using BillingDesk.Data;

namespace BillingDesk.Workspace;

/// <summary>The account page as HTML. Every text from the database passes <see cref="Text"/>.</summary>
internal static class AccountPage
{
    public static string Render(AccountSummary summary, HeaderBadge badge, IReadOnlyList<InvoiceRow> invoices, SiteFooter footer) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{Text(summary.Name)}} - Billing Desk</title>
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem }
        table { border-collapse: collapse; width: 100% }
        caption, th, td { text-align: start; padding: .4rem .8rem .4rem 0 }
        tr { border-bottom: 1px solid #ccc }
        button { font: inherit; padding: .3rem .8rem }
        </style>
        </head>
        <body>
        <header>
        <h1>{{Text(summary.Name)}}</h1>
        <p id="badge">{{Standing(badge.Status)}}: {{badge.OpenInvoices}} open, {{badge.OverdueInvoices}} overdue</p>
        </header>
        <main>
        <dl id="summary">
        <dt>Plan</dt><dd>{{Text(summary.PlanName)}}</dd>
        <dt>Standing</dt><dd>{{Standing(summary.Status)}}</dd>
        <dt>Balance</dt><dd>{{Money(summary.BalanceCents, summary.Currency)}}</dd>
        <dt>Paid</dt><dd>{{Money(summary.PaidCents, summary.Currency)}}</dd>
        </dl>
        <table id="invoices">
        <caption>Invoices</caption>
        <thead><tr><th scope="col">Number</th><th scope="col">Due</th><th scope="col">Amount</th><th scope="col">Status</th><th scope="col">Action</th></tr></thead>
        <tbody>
        {{Rows(invoices)}}</tbody>
        </table>
        </main>
        <footer id="footer"><p>{{Text(footer.Text)}}</p></footer>
        </body>
        </html>
        """;

    private static string Rows(IReadOnlyList<InvoiceRow> invoices)
    {
        var rows = new StringBuilder();
        foreach (var invoice in invoices)
        {
            rows.Append(CultureInfo.InvariantCulture, $"<tr id=\"{Text(invoice.Id)}\"><th scope=\"row\">{Text(invoice.Number)}</th>")
                .Append(CultureInfo.InvariantCulture, $"<td>{invoice.DueOn:yyyy-MM-dd}</td><td>{Money(invoice.AmountCents, invoice.Currency)}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td>{Standing(invoice.Status)}</td><td>{Action(invoice)}</td></tr>\n");
        }
        return rows.ToString();
    }

    private static string Action(InvoiceRow invoice) => invoice.Status == InvoiceStatus.Paid
        ? ""
        : $"<form method=\"post\" action=\"{FooterGroup.Plain}/invoices/{Text(Uri.EscapeDataString(invoice.Id))}/pay\"><button>Pay {Text(invoice.Number)}</button></form>";

    private static string Standing(string status) => status switch
    {
        AccountStatus.PastDue => "past due", // of an account and of an invoice alike
        _ => Text(status),
    };

    private static string Money(long cents, string currency) =>
        Text(string.Create(CultureInfo.InvariantCulture, $"{cents / 100m:N2} {currency}"));

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}

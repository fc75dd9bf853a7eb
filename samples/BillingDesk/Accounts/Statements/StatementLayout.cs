using System.Globalization;
using BillingDesk.Data;

namespace BillingDesk.Accounts;

/// <summary>What all statements share: the head, the styles, and the footer.</summary>
internal static class StatementLayout
{
    public static Html Page(string title, Html main, SiteFooter footer) => Html.Of(
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}}</title>
        <style>
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: auto; padding: 2rem 1rem }
        table { border-collapse: collapse; width: 100%; margin-block: 1rem }
        caption { font-weight: 600; text-align: start }
        th, td { text-align: start; padding: .3rem .8rem .3rem 0; font-weight: inherit }
        tr { border-bottom: 1px solid #ccc }
        thead, footer, dt { color: #555 }
        .sum { text-align: end; font-variant-numeric: tabular-nums; padding-inline-end: 0 }
        footer { margin-block-start: 2rem; border-block-start: 1px solid #ccc; font-size: .9rem }
        @media print { nav { display: none } }
        </style>
        </head>
        <body>
        <main>
        {{main}}</main>
        <footer id="footer"><p>{{footer.Text}}</p></footer>
        </body>
        </html>

        """);

    public static string Money(long cents, string currency) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100m:N2} {currency}");

    public static string Standing(string status) => status switch
    {
        InvoiceStatus.PastDue => "past due",
        _ => status,
    };
}

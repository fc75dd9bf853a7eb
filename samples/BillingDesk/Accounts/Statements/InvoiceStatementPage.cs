using BillingDesk.Data;

namespace BillingDesk.Accounts;

/// <summary>One invoice to print.</summary>
internal static class InvoiceStatementPage
{
    public static Html Render(AccountName account, InvoiceDetail invoice) => Html.Of(
        $"""
        <nav><a href="{StatementPages.PathOf(account.Id)}">Statement of {account.Name}</a></nav>
        <h1>Invoice {invoice.Number}</h1>
        <p>To {account.Name}</p>
        <p id="standing">{StatementLayout.Standing(invoice.Status)}, {Dates(invoice)}</p>
        {Memo(invoice)}<table id="lines">
        <caption>Lines</caption>
        <thead><tr><th scope="col">What</th><th scope="col" class="sum">Quantity</th><th scope="col" class="sum">Each</th><th scope="col" class="sum">Amount</th></tr></thead>
        <tbody>
        {invoice.Lines.Select(line => Line(line, invoice.Currency))}</tbody>
        <tfoot><tr><th scope="row">Total</th><td></td><td></td><td class="sum" id="total">{StatementLayout.Money(invoice.AmountCents, invoice.Currency)}</td></tr></tfoot>
        </table>

        """);

    private static Html Line(InvoiceLine line, string currency) => Html.Of(
        $"""
        <tr><th scope="row">{line.Text}</th><td class="sum">{line.Quantity}</td><td class="sum">{StatementLayout.Money(line.UnitCents, currency)}</td><td class="sum">{StatementLayout.Money(line.Quantity * line.UnitCents, currency)}</td></tr>

        """);

    private static Html Dates(InvoiceDetail invoice) => invoice.PaidAt is { } paidAt
        ? Html.Of($"on {paidAt:yyyy-MM-dd}")
        : Html.Of($"due on {invoice.DueOn:yyyy-MM-dd}");

    private static Html Memo(InvoiceDetail invoice) => invoice.Memo.Length == 0 ? Html.Empty : Html.Of(
        $"""
        <p id="memo">{invoice.Memo}</p>

        """);
}

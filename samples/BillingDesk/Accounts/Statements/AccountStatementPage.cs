using BillingDesk.Data;

namespace BillingDesk.Accounts;

/// <summary>The statement of an account: what it owes by age, and its invoices.</summary>
internal static class AccountStatementPage
{
    public static Html Render(AccountStatement statement, IReadOnlyList<InvoiceRow> invoices) => Html.Of(
        $"""
        <h1>Statement of {statement.Name}</h1>
        <p id="balance">As of {statement.AsOf:yyyy-MM-dd}: <strong>{StatementLayout.Money(statement.BalanceCents, statement.Currency)}</strong> unpaid. Plan {statement.PlanName}.</p>
        <table id="ages">
        <caption>Unpaid, by how long it has been due</caption>
        <thead><tr><th scope="col">Age</th><th scope="col" class="sum">Invoices</th><th scope="col" class="sum">Amount</th></tr></thead>
        <tbody>
        {statement.Ages.Select(age => AgeRow(age, statement.Currency))}</tbody>
        </table>
        <table id="invoices">
        <caption>Invoices</caption>
        <thead><tr><th scope="col">Number</th><th scope="col">Due</th><th scope="col">Status</th><th scope="col" class="sum">Amount</th></tr></thead>
        <tbody>
        {invoices.Select(invoice => InvoiceRow(statement.AccountId, invoice))}</tbody>
        </table>

        """);

    private static Html AgeRow(DueAge age, string currency) => Html.Of(
        $"""
        <tr><th scope="row">{Words(age)}</th><td class="sum">{age.Invoices}</td><td class="sum">{StatementLayout.Money(age.Cents, currency)}</td></tr>

        """);

    private static Html InvoiceRow(string accountId, InvoiceRow invoice) => Html.Of(
        $"""
        <tr id="{invoice.Id}"><th scope="row"><a href="{StatementPages.PathOf(accountId, invoice.Id)}">{invoice.Number}</a></th><td>{invoice.DueOn:yyyy-MM-dd}</td><td>{StatementLayout.Standing(invoice.Status)}</td><td class="sum">{StatementLayout.Money(invoice.AmountCents, invoice.Currency)}</td></tr>

        """);

    private static string Words(DueAge age) => age switch
    {
        { MinDays: null } => "Not due yet",
        { MaxDays: null } => $"More than {age.MinDays - 1} days overdue",
        _ => $"{age.MinDays} to {age.MaxDays} days overdue",
    };
}

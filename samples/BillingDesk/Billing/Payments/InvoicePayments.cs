using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>Marks invoices paid and raises <see cref="InvoicePaid"/> in the same transaction, whoever pays: a person, a provider's webhook, an operation.</summary>
/// <param name="invoices">Writes the rows.</param>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="freshet">Where it is raised; an action must be open.</param>
public sealed class InvoicePayments(InvoiceWrites invoices, DeskTransactions transactions, IFreshet freshet)
{
    /// <inheritdoc cref="InvoiceWrites.PayAsync"/>
    public Task<PayOutcome> PayAsync(string invoiceId, string actor, CancellationToken ct = default) =>
        transactions.WriteAsync(() => invoices.PayAsync(invoiceId, actor, ct), outcome =>
        {
            if (outcome is PayOutcome.Paid(var invoice)) freshet.Raise(new InvoicePaid(invoice.Id, invoice.AccountId));
        }, ct);
}

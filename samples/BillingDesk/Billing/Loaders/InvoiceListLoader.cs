using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>Loads the invoices of an account; null when there is no such account.</summary>
internal sealed class InvoiceListLoader(InvoiceReads invoices, AccountReads accounts, DeskClock clock) : IQueryLoader<string, IReadOnlyList<InvoiceRow>?>
{
    public async Task<IReadOnlyList<InvoiceRow>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // shows due states; before the read, as in InvoiceLoader
        var rows = await invoices.ListAsync(args, cancellationToken);
        if (rows.Count > 0 || await accounts.BadgeAsync(args, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}

using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>Searches the invoices of an account; null when there is no such account.</summary>
internal sealed class InvoiceSearchLoader(InvoiceReads invoices, AccountReads accounts, DeskClock clock) : IQueryLoader<InvoiceSearch, IReadOnlyList<InvoiceRow>?>
{
    public async Task<IReadOnlyList<InvoiceRow>?> LoadAsync(InvoiceSearch args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // shows due states; before the read, as in InvoiceLoader
        var rows = await invoices.SearchAsync(args.AccountId, args.Text, cancellationToken);
        if (rows.Count > 0 || await accounts.BadgeAsync(args.AccountId, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}

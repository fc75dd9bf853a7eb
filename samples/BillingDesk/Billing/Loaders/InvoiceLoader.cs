using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>Loads one invoice.</summary>
internal sealed class InvoiceLoader(InvoiceReads invoices, DeskClock clock) : IQueryLoader<string, InvoiceDetail?>
{
    public async Task<InvoiceDetail?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        // An open invoice becomes past due at midnight without any write, so nothing would invalidate it. Asked before the read:
        // after it, a read just before midnight would be given the whole next day.
        context.ExpireWithin(clock.UntilTomorrow);
        var invoice = await invoices.FindAsync(args, cancellationToken);
        // An id that does not exist is asked for again each time: no event names its creation, and whoever tries ids must not fill the cache.
        if (invoice is null) context.DoNotCache();
        return invoice;
    }
}

using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Billing;

/// <summary>Loads the header badge of an account.</summary>
internal sealed class HeaderBadgeLoader(AccountReads accounts, DeskClock clock) : IQueryLoader<string, HeaderBadge?>
{
    public async Task<HeaderBadge?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // counts what is overdue; before the read, as in InvoiceLoader
        var badge = await accounts.BadgeAsync(args, cancellationToken);
        if (badge is null) context.DoNotCache();
        return badge;
    }
}

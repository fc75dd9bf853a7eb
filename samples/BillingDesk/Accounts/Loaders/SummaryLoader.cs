using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads the summary of an account.</summary>
internal sealed class SummaryLoader(AccountReads accounts, DeskClock clock) : IQueryLoader<string, AccountSummary?>
{
    public async Task<AccountSummary?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        // Invoices become past due at midnight without any write. Asked before the read: after it, a read just before midnight
        // would be given the whole next day.
        context.ExpireWithin(clock.UntilTomorrow);
        var summary = await accounts.SummaryAsync(args, cancellationToken);
        // An id that does not exist is asked for again each time: no event names its creation, and whoever tries ids must not fill the cache.
        if (summary is null) context.DoNotCache();
        return summary;
    }
}

using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads the dashboard card of an account. It shows sums and dates, no due state, so it may live over midnight.</summary>
internal sealed class CardLoader(AccountReads accounts) : IQueryLoader<string, DashboardCard?>
{
    public async Task<DashboardCard?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var card = await accounts.CardAsync(args, cancellationToken);
        if (card is null) context.DoNotCache();
        return card;
    }
}

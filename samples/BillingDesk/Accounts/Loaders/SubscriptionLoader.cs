using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads the subscription of an account.</summary>
internal sealed class SubscriptionLoader(SubscriptionReads subscriptions) : IQueryLoader<string, Subscription?>
{
    public async Task<Subscription?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var subscription = await subscriptions.FindAsync(args, cancellationToken);
        if (subscription is null) context.DoNotCache();
        return subscription;
    }
}

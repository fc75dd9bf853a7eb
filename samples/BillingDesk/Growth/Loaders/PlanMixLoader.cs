using BillingDesk.Accounts;
using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>Counts the accounts on each plan.</summary>
internal sealed class PlanMixLoader(SubscriptionReads subscriptions) : IQueryLoader<string, IReadOnlyList<PlanShare>>
{
    public async Task<IReadOnlyList<PlanShare>> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var shares = await subscriptions.SharesAsync(cancellationToken);
        foreach (var accountId in shares.AccountIds) context.AddTag(AccountsCatalog.Subscription.For(accountId));
        return shares.Plans;
    }
}

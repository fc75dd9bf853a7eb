using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Puts accounts on plans and raises <see cref="SubscriptionChanged"/> in the same transaction, whoever changes it: a person, or the provider that was paid.</summary>
/// <param name="accounts">Writes the rows.</param>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="freshet">Where it is raised; an action must be open.</param>
public sealed class PlanChanges(AccountWrites accounts, DeskTransactions transactions, IFreshet freshet)
{
    /// <inheritdoc cref="AccountWrites.ChangePlanAsync"/>
    public Task<PlanChangeOutcome> ChangeAsync(string accountId, string planId, string actor, CancellationToken ct = default) =>
        transactions.WriteAsync(() => accounts.ChangePlanAsync(accountId, planId, actor, ct), outcome =>
        {
            if (outcome is PlanChangeOutcome.Changed(var plan)) freshet.Raise(new SubscriptionChanged(plan.AccountId, plan.PlanId));
        }, ct);
}

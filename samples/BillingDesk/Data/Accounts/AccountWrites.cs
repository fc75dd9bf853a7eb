namespace BillingDesk.Data;

/// <summary>How a change of plan ended.</summary>
public abstract record PlanChangeOutcome
{
    private PlanChangeOutcome() { }

    /// <summary>The account is on the plan now.</summary>
    /// <param name="Plan">The account and its plan.</param>
    public sealed record Changed(AccountPlan Plan) : PlanChangeOutcome;

    /// <summary>There is no such account; nothing was written.</summary>
    public sealed record AccountNotFound : PlanChangeOutcome;

    /// <summary>There is no such plan; nothing was written.</summary>
    public sealed record PlanNotFound : PlanChangeOutcome;
}

/// <summary>Writes accounts. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class AccountWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string PlanNameSql = "SELECT name FROM plans WHERE id = @planId";

    private const string ChangeSql =
        """
        UPDATE subscriptions SET plan_id = @planId, plan_name = @planName, version = version + 1, updated_at = @at
        WHERE account_id = @accountId
        """;

    /// <summary>Puts an account on a plan, under the plan's present name. Taking the same plan again renews that name.</summary>
    /// <param name="accountId">Which account.</param>
    /// <param name="planId">Which plan.</param>
    /// <param name="actor">Who changes it, as a name for the audit timeline.</param>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<PlanChangeOutcome> ChangePlanAsync(
        string accountId, string planId, string actor, CancellationToken ct = default) =>
        transactions.RunAsync<PlanChangeOutcome>(async transaction =>
        {
            var planName = await transaction.FirstOrDefaultAsync<string>(PlanNameSql, new { planId }, ct);
            if (planName is null) return new PlanChangeOutcome.PlanNotFound();

            var now = clock.Now;
            var written = await transaction.ExecuteAsync(ChangeSql, new { accountId, planId, planName, at = SqlText.Of(now) }, ct);
            if (written == 0) return new PlanChangeOutcome.AccountNotFound();

            await AuditTrail.WriteAsync(transaction, accountId, now, actor, "subscription.changed", planName, ct);
            return new PlanChangeOutcome.Changed(new AccountPlan(accountId, planId, planName));
        }, ct);
}

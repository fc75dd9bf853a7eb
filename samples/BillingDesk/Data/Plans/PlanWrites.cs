namespace BillingDesk.Data;

/// <summary>Writes the price list. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class PlanWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string Sql =
        """
        UPDATE plans SET name = @name, monthly_cents = @monthlyCents, version = version + 1, updated_at = @at
        WHERE id = @planId
        """;

    /// <summary>Renames and reprices a plan on the list. Accounts on it keep the name they bought it under.</summary>
    /// <param name="planId">Which.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="monthlyCents">0 or more.</param>
    /// <param name="actor">Who lists it. The audit row belongs to no account.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>The plan as listed now, or null if there is no such plan.</returns>
    /// <exception cref="System.Data.Common.DbException">A value is outside its limits; nothing was written.</exception>
    public Task<PlanRow?> ListAsync(string planId, string name, long monthlyCents, string actor, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            var now = clock.Now;
            var written = await transaction.ExecuteAsync(Sql, new { planId, name, monthlyCents, at = SqlText.Of(now) }, ct);
            if (written == 0) return null;
            await AuditTrail.WriteAsync(transaction, accountId: null, now, actor, "plan.listed", name, ct);
            return new PlanRow(planId, name, monthlyCents);
        }, ct);
}

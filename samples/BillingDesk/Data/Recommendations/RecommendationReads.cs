namespace BillingDesk.Data;

/// <summary>Reads what recommendations are made from.</summary>
/// <param name="database">Where to read.</param>
public sealed class RecommendationReads(BillingDeskDatabase database)
{
    private const string PlanSql = "SELECT plan_id FROM subscriptions WHERE account_id = @accountId";

    private const string UsedSql =
        """
        SELECT coalesce(sum(d.units), 0)
        FROM usage_daily d JOIN usage_pipeline p ON p.id = 1
        WHERE d.account_id = @accountId AND d.day > date(p.as_of, @back) AND d.day <= date(p.as_of)
        """;

    private const string PlansSql =
        """
        SELECT p.id AS PlanId, p.name AS Name, p.monthly_cents AS MonthlyCents, a.included_units AS IncludedUnits
        FROM plans p JOIN allowances a ON a.plan_id = p.id
        ORDER BY a.included_units, p.id
        """;

    private const string OnPlanSql =
        "SELECT id AS Id, title AS Title, reason AS Reason FROM recommendations WHERE plan_id = @planId ORDER BY position";

    /// <summary>The facts about an account, or null if there is no such account.</summary>
    public async Task<RecommendationFacts?> FactsAsync(string accountId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var snapshot = connection.BeginTransaction(deferred: true); // the plan and the usage are of one state
        var read = new DeskTransaction(connection, snapshot);
        if (await read.FirstOrDefaultAsync<string>(PlanSql, new { accountId }, ct) is not { } planId) return null;
        var used = await read.FirstOrDefaultAsync<long>(UsedSql, new { accountId, back = $"-{UsageReads.ChartDays} days" }, ct);
        var plans = await read.QueryAsync<PlanAllowance>(PlansSql, new { }, ct);
        var onPlan = await read.QueryAsync<Recommendation>(OnPlanSql, new { planId }, ct);
        return new RecommendationFacts(planId, used, [.. plans], [.. onPlan]);
    }
}

namespace BillingDesk.Data;

/// <summary>Reads what recommendations are made from.</summary>
/// <param name="database">Where to read.</param>
public sealed class RecommendationReads(BillingDeskDatabase database)
{
    private const string PlanSql = "SELECT plan_id FROM subscriptions WHERE account_id = @accountId";

    private const string UsedSql =
        """
        SELECT CAST(coalesce(sum(units), 0) AS BIGINT) FROM usage_daily
        WHERE account_id = @accountId AND day >= @first AND day <= @last
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
        await using var snapshot = await database.SnapshotAsync(connection, ct); // the plan and the usage are of one state
        var read = new DeskTransaction(connection, snapshot);
        if (await read.FirstOrDefaultAsync<string>(PlanSql, new { accountId }, ct) is not { } planId) return null;
        var last = DateOnly.FromDateTime(SqlText.Instant((await read.FirstOrDefaultAsync<string>(UsageReads.AsOfSql, new { }, ct))!));
        var days = new { accountId, first = SqlText.Of(last.AddDays(1 - UsageReads.ChartDays)), last = SqlText.Of(last) };
        var used = await read.FirstOrDefaultAsync<long>(UsedSql, days, ct);
        var plans = await read.QueryAsync<PlanAllowance>(PlansSql, new { }, ct);
        var onPlan = await read.QueryAsync<Recommendation>(OnPlanSql, new { planId }, ct);
        return new RecommendationFacts(planId, used, [.. plans], [.. onPlan]);
    }
}

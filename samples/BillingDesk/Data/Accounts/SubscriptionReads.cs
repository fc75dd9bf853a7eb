using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads who is on which plan.</summary>
/// <param name="database">Where to read.</param>
public sealed class SubscriptionReads(BillingDeskDatabase database)
{
    private const string FindSql =
        """
        SELECT s.account_id AS AccountId, s.plan_id AS PlanId, s.plan_name AS PlanName, a.included_units AS IncludedUnits,
               s.updated_at AS Since, s.version AS Version
        FROM subscriptions s JOIN allowances a ON a.plan_id = s.plan_id
        WHERE s.account_id = @accountId
        """;

    private const string SharesSql =
        """
        SELECT p.id AS PlanId, p.name AS Name, p.monthly_cents AS MonthlyCents, s.account_id AS AccountId
        FROM plans p LEFT JOIN subscriptions s ON s.plan_id = p.id
        ORDER BY p.monthly_cents, p.id, s.account_id
        """;

    /// <summary>An account's subscription, or null if there is no such account.</summary>
    public async Task<Subscription?> FindAsync(string accountId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var found = await connection.QueryFirstOrDefaultAsync<Data>(new CommandDefinition(FindSql, new { accountId }, cancellationToken: ct));
        return found is null ? null : new Subscription(
            found.AccountId, found.PlanId, found.PlanName, found.IncludedUnits, SqlText.Instant(found.Since), found.Version);
    }

    /// <summary>All plans with their share of the accounts.</summary>
    public async Task<PlanShares> SharesAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = (await connection.QueryAsync<ShareData>(new CommandDefinition(SharesSql, cancellationToken: ct))).ToArray();
        var plans = rows.GroupBy(row => new PlanRow(row.PlanId, row.Name, row.MonthlyCents)).Select(group =>
        {
            var accounts = group.LongCount(row => row.AccountId is not null);
            return new PlanShare(group.Key.Id, group.Key.Name, accounts, accounts * group.Key.MonthlyCents, group.Key.Currency);
        });
        return new PlanShares([.. plans], [.. rows.Select(row => row.AccountId).OfType<string>().Order(StringComparer.Ordinal)]);
    }

    private sealed record Data(string AccountId, string PlanId, string PlanName, long IncludedUnits, string Since, long Version);

    private sealed record ShareData(string PlanId, string Name, long MonthlyCents, string? AccountId);
}

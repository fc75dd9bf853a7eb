namespace BillingDesk.Data;

/// <summary>Takes in raw usage and rolls it up. Each call is one transaction, or joins the running one of its scope.</summary>
/// <remarks>No audit rows: meters and pipelines are not somebody who did something. What a run did stands in the log of invalidations.</remarks>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class UsageWrites(DeskTransactions transactions, DeskClock clock)
{
    /// <summary>The most units one raw row takes.</summary>
    public const long MaxUnits = 1_000_000;

    private const string AddSql =
        """
        INSERT INTO usage_raw (account_id, at, units)
        SELECT id, @at, @units FROM accounts WHERE id = @accountId
        """;

    private const string BeginSql = "UPDATE usage_pipeline SET run = run + 1, as_of = @asOf WHERE id = 1 RETURNING run";

    private const string TakeSql = "UPDATE usage_raw SET run = @run WHERE run IS NULL";

    private const string AccountIdsSql = "SELECT DISTINCT account_id FROM usage_raw WHERE run = @run ORDER BY account_id";

    private const string AddUpSql =
        """
        INSERT INTO usage_daily (account_id, day, units)
        SELECT account_id, substr(at, 1, 10), sum(units) FROM usage_raw WHERE run = @run
        GROUP BY account_id, substr(at, 1, 10)
        ON CONFLICT (account_id, day) DO UPDATE SET units = usage_daily.units + excluded.units
        """;

    /// <summary>Stores a raw row. No page shows it before <see cref="RollUpAsync"/> has added it up.</summary>
    /// <param name="accountId">Who used it.</param>
    /// <param name="units">How much, 1 to <see cref="MaxUnits"/>.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>False if there is no such account; nothing was written.</returns>
    /// <exception cref="System.Data.Common.DbException">The units are outside their limits; nothing was written.</exception>
    public Task<bool> AddAsync(string accountId, long units, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
            await transaction.ExecuteAsync(AddSql, new { accountId, units, at = SqlText.Of(clock.Now) }, ct) > 0, ct);

    /// <summary>Adds every raw row that has arrived since the last run to the daily sums, and moves the as-of time on. A row is added once.</summary>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<UsageRollUp> RollUpAsync(CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            // Rows that no run has taken, never "id > the last one": where writers run side by side, row 8 may be committed after a
            // run that saw row 9, and would be skipped for ever.
            var asOf = clock.Now;
            var run = await transaction.FirstOrDefaultAsync<long>(BeginSql, new { asOf = SqlText.Of(asOf) }, ct); // two runs take turns
            var rows = await transaction.ExecuteAsync(TakeSql, new { run }, ct);
            var accountIds = await transaction.QueryAsync<string>(AccountIdsSql, new { run }, ct);
            await transaction.ExecuteAsync(AddUpSql, new { run }, ct);
            return new UsageRollUp(asOf, rows, [.. accountIds]);
        }, ct);
}

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

    private const string WaitingSql =
        """
        SELECT count(*) AS Rows, coalesce(max(r.id), 0) AS LastId
        FROM usage_raw r WHERE r.id > (SELECT rolled_up_to FROM usage_pipeline WHERE id = 1)
        """;

    private const string AccountIdsSql =
        """
        SELECT DISTINCT account_id FROM usage_raw
        WHERE id > (SELECT rolled_up_to FROM usage_pipeline WHERE id = 1)
        ORDER BY account_id
        """;

    private const string AddUpSql =
        """
        INSERT INTO usage_daily (account_id, day, units)
        SELECT account_id, substr(at, 1, 10), sum(units) FROM usage_raw
        WHERE id > (SELECT rolled_up_to FROM usage_pipeline WHERE id = 1)
        GROUP BY account_id, substr(at, 1, 10)
        ON CONFLICT (account_id, day) DO UPDATE SET units = units + excluded.units
        """;

    private const string AdvanceSql =
        "UPDATE usage_pipeline SET rolled_up_to = max(rolled_up_to, @lastId), as_of = @asOf WHERE id = 1";

    /// <summary>Stores a raw row. No page shows it before <see cref="RollUpAsync"/> has added it up.</summary>
    /// <param name="accountId">Who used it.</param>
    /// <param name="units">How much, 1 to <see cref="MaxUnits"/>.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>False if there is no such account; nothing was written.</returns>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The units are outside their limits; nothing was written.</exception>
    public Task<bool> AddAsync(string accountId, long units, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
            await transaction.ExecuteAsync(AddSql, new { accountId, units, at = SqlText.Of(clock.Now) }, ct) > 0, ct);

    /// <summary>Adds every raw row that has arrived since the last run to the daily sums, and moves the as-of time on. A row is added once.</summary>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<UsageRollUp> RollUpAsync(CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            // Writers take turns here, so no row with a lower id can still become visible after this. On a database whose writers
            // run side by side it could, and "id > rolled_up_to" would skip it for ever: select rows not yet marked as done there.
            var asOf = clock.Now;
            var waiting = (await transaction.FirstOrDefaultAsync<Waiting>(WaitingSql, new { }, ct))!;
            var accountIds = await transaction.QueryAsync<string>(AccountIdsSql, new { }, ct);
            await transaction.ExecuteAsync(AddUpSql, new { }, ct);
            await transaction.ExecuteAsync(AdvanceSql, new { lastId = waiting.LastId, asOf = SqlText.Of(asOf) }, ct);
            return new UsageRollUp(asOf, waiting.Rows, [.. accountIds]);
        }, ct);

    private sealed record Waiting(long Rows, long LastId);
}

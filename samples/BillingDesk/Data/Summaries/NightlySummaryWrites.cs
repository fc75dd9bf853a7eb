namespace BillingDesk.Data;

/// <summary>Makes the summaries of all accounts. Each call is one transaction, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Decides what is past due, and stamps the rows.</param>
public sealed class NightlySummaryWrites(DeskTransactions transactions, DeskClock clock)
{
    internal const string RebuildSql =
        """
        INSERT INTO nightly_summaries (account_id, day, open_invoices, overdue_invoices, balance_cents, paid_cents, members, made_at)
        SELECT a.id, @day, count(i.id) FILTER (WHERE i.paid_at IS NULL), count(i.id) FILTER (WHERE i.paid_at IS NULL AND i.due_on < @day),
               coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NULL), 0), coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NOT NULL), 0),
               (SELECT count(*) FROM memberships m WHERE m.org_id = a.id), @at
        FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id
        GROUP BY a.id
        ON CONFLICT (account_id) DO UPDATE SET
            day = excluded.day, open_invoices = excluded.open_invoices, overdue_invoices = excluded.overdue_invoices,
            balance_cents = excluded.balance_cents, paid_cents = excluded.paid_cents, members = excluded.members, made_at = excluded.made_at
        """;

    private const string AccountIdsSql = "SELECT account_id FROM nightly_summaries ORDER BY account_id";

    /// <summary>Makes every account's summary anew, as of now.</summary>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<NightlyRun> RebuildAsync(CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            var now = clock.Now;
            var day = DateOnly.FromDateTime(now);
            await transaction.ExecuteAsync(RebuildSql, new { day = SqlText.Of(day), at = SqlText.Of(now) }, ct);
            return new NightlyRun(day, [.. await transaction.QueryAsync<string>(AccountIdsSql, new { }, ct)]);
        }, ct);
}

using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads what the nightly job has made.</summary>
/// <param name="database">Where to read.</param>
public sealed class NightlySummaryReads(BillingDeskDatabase database)
{
    private const string Sql =
        """
        SELECT n.account_id AS AccountId, n.day AS Day, n.open_invoices AS OpenInvoices, n.overdue_invoices AS OverdueInvoices,
               n.balance_cents AS BalanceCents, n.paid_cents AS PaidCents, n.members AS Members, a.currency AS Currency, n.made_at AS MadeAt
        FROM nightly_summaries n JOIN accounts a ON a.id = n.account_id
        WHERE n.account_id = @accountId
        """;

    /// <summary>An account's last summary, or null if there is no such account.</summary>
    public async Task<NightlySummary?> FindAsync(string accountId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var found = await connection.QueryFirstOrDefaultAsync<Data>(new CommandDefinition(Sql, new { accountId }, cancellationToken: ct));
        return found is null ? null : new NightlySummary(
            found.AccountId, SqlText.Day(found.Day), found.OpenInvoices, found.OverdueInvoices, found.BalanceCents, found.PaidCents, found.Members,
            found.Currency, SqlText.Instant(found.MadeAt));
    }

    private sealed record Data(
        string AccountId, string Day, long OpenInvoices, long OverdueInvoices, long BalanceCents, long PaidCents, long Members, string Currency, string MadeAt);
}

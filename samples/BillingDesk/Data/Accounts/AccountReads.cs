using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads accounts and what their invoices add up to. Every call sees one committed state of the database.</summary>
/// <param name="database">Where to read.</param>
/// <param name="clock">Decides what is past due.</param>
public sealed class AccountReads(BillingDeskDatabase database, DeskClock clock)
{
    /// <summary>The most accounts one search returns.</summary>
    public const int MaxLimit = 200;

    private const string SearchSql =
        """
        SELECT id AS Id, name AS Name FROM accounts
        WHERE lower(name) LIKE lower(@pattern) ESCAPE '\' OR id = @text
        ORDER BY name, id LIMIT @limit
        """;

    private const string FindSql = "SELECT id AS Id, name AS Name FROM accounts WHERE id = @accountId";

    private const string SummarySql =
        """
        SELECT a.id AS AccountId, a.name AS Name, s.plan_id AS PlanId, s.plan_name AS PlanName, a.currency AS Currency,
               count(i.id) FILTER (WHERE i.paid_at IS NULL) AS OpenInvoices,
               count(i.id) FILTER (WHERE i.paid_at IS NULL AND i.due_on < @today) AS OverdueInvoices,
               CAST(coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NULL), 0) AS BIGINT) AS BalanceCents,
               CAST(coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NOT NULL), 0) AS BIGINT) AS PaidCents
        FROM accounts a
        JOIN subscriptions s ON s.account_id = a.id
        LEFT JOIN invoices i ON i.account_id = a.id
        WHERE a.id = @accountId
        GROUP BY a.id, s.account_id
        """;

    private const string BadgeSql =
        """
        SELECT a.id AS AccountId,
               count(i.id) FILTER (WHERE i.paid_at IS NULL) AS OpenInvoices,
               count(i.id) FILTER (WHERE i.paid_at IS NULL AND i.due_on < @today) AS OverdueInvoices
        FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id
        WHERE a.id = @accountId
        GROUP BY a.id
        """;

    private const string CardSql =
        """
        SELECT a.id AS AccountId, a.name AS Name,
               CAST(coalesce(sum(i.amount_cents), 0) AS BIGINT) AS BilledCents,
               CAST(coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NOT NULL), 0) AS BIGINT) AS PaidCents,
               count(i.id) FILTER (WHERE i.paid_at IS NULL) AS OpenInvoices,
               coalesce(max(i.paid_at), '') AS LastPaidAt, a.currency AS Currency
        FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id
        WHERE a.id = @accountId
        GROUP BY a.id
        """;

    /// <summary>Accounts whose name contains the text or whose id is the text, by name.</summary>
    /// <param name="text">Ignores the case of ASCII letters. Null or blank finds all.</param>
    /// <param name="limit">How many at most; brought into 1 to <see cref="MaxLimit"/>. Default: 20.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<IReadOnlyList<AccountName>> SearchAsync(string? text = null, int limit = 20, CancellationToken ct = default)
    {
        var trimmed = text?.Trim() ?? "";
        var parameters = new { text = trimmed, pattern = SqlText.Containing(trimmed), limit = Math.Clamp(limit, 1, MaxLimit) };
        await using var connection = await database.OpenAsync(ct);
        return [.. await connection.QueryAsync<AccountName>(new CommandDefinition(SearchSql, parameters, cancellationToken: ct))];
    }

    /// <summary>An account's name, or null if there is none with this id.</summary>
    public Task<AccountName?> FindAsync(string accountId, CancellationToken ct = default) => OneAsync<AccountName>(FindSql, accountId, ct);

    /// <summary>The summary of an account, or null if there is none with this id.</summary>
    public async Task<AccountSummary?> SummaryAsync(string accountId, CancellationToken ct = default) =>
        await OneAsync<SummaryData>(SummarySql, accountId, ct) is not { } found ? null : new AccountSummary(
            found.AccountId, found.Name, found.PlanId, found.PlanName, AccountStatus.Of(found.OverdueInvoices),
            found.OpenInvoices, found.OverdueInvoices, found.BalanceCents, found.PaidCents, found.Currency);

    /// <summary>The header badge of an account, or null if there is none with this id.</summary>
    public async Task<HeaderBadge?> BadgeAsync(string accountId, CancellationToken ct = default) =>
        await OneAsync<BadgeData>(BadgeSql, accountId, ct) is not { } found ? null : new HeaderBadge(
            found.AccountId, found.OpenInvoices, found.OverdueInvoices, AccountStatus.Of(found.OverdueInvoices));

    /// <summary>The dashboard card of an account, or null if there is none with this id.</summary>
    public async Task<DashboardCard?> CardAsync(string accountId, CancellationToken ct = default) =>
        await OneAsync<CardData>(CardSql, accountId, ct) is not { } found ? null : new DashboardCard(
            found.AccountId, found.Name, found.BilledCents, found.PaidCents, found.OpenInvoices,
            found.LastPaidAt.Length == 0 ? null : SqlText.Instant(found.LastPaidAt), found.Currency);

    private async Task<T?> OneAsync<T>(string sql, string accountId, CancellationToken ct)
        where T : class
    {
        var parameters = new { accountId, today = SqlText.Of(clock.Today) };
        await using var connection = await database.OpenAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct));
    }

    private sealed record SummaryData(
        string AccountId, string Name, string PlanId, string PlanName, string Currency,
        long OpenInvoices, long OverdueInvoices, long BalanceCents, long PaidCents);

    private sealed record BadgeData(string AccountId, long OpenInvoices, long OverdueInvoices);

    // LastPaidAt is '' rather than null when nothing was paid: SQLite gives the null of an expression no type to map from.
    private sealed record CardData(
        string AccountId, string Name, long BilledCents, long PaidCents, long OpenInvoices, string LastPaidAt, string Currency);
}

using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads the table of all accounts, page by page.</summary>
/// <param name="database">Where to read.</param>
/// <param name="clock">Decides what is overdue.</param>
public sealed class AccountTableReads(BillingDeskDatabase database, DeskClock clock)
{
    /// <summary>How many accounts a page shows.</summary>
    public const int PageSize = 20;

    private const string CountSql = "SELECT count(*) FROM accounts";

    private const string IdsSql = "SELECT id FROM accounts ORDER BY id";

    private const string RowsSql =
        """
        SELECT a.id AS AccountId, a.name AS Name, s.plan_name AS PlanName,
               CAST(coalesce(sum(i.amount_cents) FILTER (WHERE i.paid_at IS NULL), 0) AS BIGINT) AS BalanceCents, a.currency AS Currency,
               count(i.id) FILTER (WHERE i.paid_at IS NULL) AS OpenInvoices,
               count(i.id) FILTER (WHERE i.paid_at IS NULL AND i.due_on < @today) AS OverdueInvoices
        FROM accounts a
        JOIN subscriptions s ON s.account_id = a.id
        LEFT JOIN invoices i ON i.account_id = a.id
        GROUP BY a.id, s.account_id
        """;

    /// <summary>One page of the table.</summary>
    /// <param name="sort">The order. Accounts that are equal in it stand by name, then id, so that no account is on two pages.</param>
    /// <param name="page">Which, from 1.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<AccountTable> PageAsync(AccountSort sort, int page, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        await using var connection = await database.OpenAsync(ct);
        await using var snapshot = await database.SnapshotAsync(connection, ct); // the count and the rows are of one state
        var total = await connection.ExecuteScalarAsync<int>(new CommandDefinition(CountSql, transaction: snapshot, cancellationToken: ct));
        var pages = Math.Max(1, (total + PageSize - 1) / PageSize);
        // Not asked for: in a result without rows SQLite gives a sum no type, and Dapper would not map it.
        if (page > pages) return new AccountTable(page, pages, total, []);
        var parameters = new { today = SqlText.Of(clock.Today), limit = PageSize, offset = (page - 1) * PageSize };
        var rows = await connection.QueryAsync<AccountTableRow>(
            new CommandDefinition($"{RowsSql} ORDER BY {OrderBy(sort)} LIMIT @limit OFFSET @offset", parameters, snapshot, cancellationToken: ct));
        return new AccountTable(page, pages, total, [.. rows]);
    }

    /// <summary>The ids of all accounts, in order.</summary>
    public async Task<IReadOnlyList<string>> AccountIdsAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(IdsSql, cancellationToken: ct))];
    }

    private static string OrderBy(AccountSort sort) => sort switch
    {
        AccountSort.Name => "a.name, a.id",
        AccountSort.Balance => "BalanceCents DESC, a.name, a.id",
        AccountSort.Overdue => "OverdueInvoices DESC, a.name, a.id",
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "Use Name, Balance or Overdue."),
    };
}

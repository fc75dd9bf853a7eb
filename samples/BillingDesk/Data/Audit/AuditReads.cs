using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads audit timelines.</summary>
/// <param name="database">Where to read.</param>
public sealed class AuditReads(BillingDeskDatabase database)
{
    /// <summary>How many rows a timeline has at most.</summary>
    public const int TimelineLength = 50;

    // The id is put together in C#: in a result without rows SQLite gives an expression no type, and Dapper would not map it.
    private const string Sql =
        """
        SELECT id AS Id, at AS At, actor AS Actor, action AS Action, subject AS Subject
        FROM audit WHERE account_id = @accountId
        ORDER BY id DESC LIMIT @limit
        """;

    // An audit row keeps the invoice's number, which is unique and never changes, as its subject.
    private const string InvoiceSql =
        """
        SELECT a.id AS Id, a.at AS At, a.actor AS Actor, a.action AS Action, a.subject AS Subject
        FROM invoices i JOIN audit a ON a.account_id = i.account_id AND a.subject = i.number
        WHERE i.id = @invoiceId
        ORDER BY a.id DESC LIMIT @limit
        """;

    /// <summary>The newest <see cref="TimelineLength"/> rows of an account, the newest first; empty for an unknown account.</summary>
    public Task<IReadOnlyList<AuditEntry>> TimelineAsync(string accountId, CancellationToken ct = default) =>
        EntriesAsync(Sql, new { accountId, limit = TimelineLength }, ct);

    /// <summary>The newest <see cref="TimelineLength"/> rows about one invoice, the newest first; empty for one that nobody touched, or an unknown one.</summary>
    public Task<IReadOnlyList<AuditEntry>> InvoiceAsync(string invoiceId, CancellationToken ct = default) =>
        EntriesAsync(InvoiceSql, new { invoiceId, limit = TimelineLength }, ct);

    private async Task<IReadOnlyList<AuditEntry>> EntriesAsync(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = await connection.QueryAsync<Data>(new CommandDefinition(sql, parameters, cancellationToken: ct));
        return [.. rows.Select(row => new AuditEntry($"aud_{row.Id}", SqlText.Instant(row.At), row.Actor, row.Action, row.Subject))];
    }

    private sealed record Data(long Id, string At, string Actor, string Action, string Subject);
}

using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads invoices. Every call sees one committed state of the database.</summary>
/// <param name="database">Where to read.</param>
/// <param name="clock">Decides what is past due.</param>
public sealed class InvoiceReads(BillingDeskDatabase database, DeskClock clock)
{
    private const string RowColumns =
        """
        SELECT i.id AS Id, i.number AS Number, i.amount_cents AS AmountCents, i.currency AS Currency, i.due_on AS DueOn,
               i.paid_at AS PaidAt, i.version AS Version
        FROM invoices i
        """;

    private const string ListSql = RowColumns + " WHERE i.account_id = @accountId ORDER BY i.due_on DESC, i.number DESC";

    private const string SearchSql = RowColumns +
        """
         WHERE i.account_id = @accountId
          AND (lower(i.number) LIKE lower(@pattern) ESCAPE '\'
               OR lower(i.memo) LIKE lower(@pattern) ESCAPE '\'
               OR EXISTS (SELECT 1 FROM invoice_lines l WHERE l.invoice_id = i.id AND lower(l.text) LIKE lower(@pattern) ESCAPE '\'))
        ORDER BY i.due_on DESC, i.number DESC
        """;

    /// <summary>One invoice with its lines, or null if there is none with this id.</summary>
    public async Task<InvoiceDetail?> FindAsync(string invoiceId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        // Two statements, one snapshot: an edit between them would pair the old amount with the new lines.
        await using var snapshot = await database.SnapshotAsync(connection, ct);
        return await InvoiceSql.FindAsync(new DeskTransaction(connection, snapshot), invoiceId, clock.Today, ct);
    }

    /// <summary>All invoices of an account, the latest due date first; empty for an unknown account.</summary>
    public Task<IReadOnlyList<InvoiceRow>> ListAsync(string accountId, CancellationToken ct = default) =>
        RowsAsync(ListSql, new { accountId }, ct);

    /// <summary>The account's invoices whose number, memo or line text contains the text, the latest due date first.</summary>
    /// <remarks>Ignores the case of ASCII letters; % and _ mean themselves. A blank text finds every invoice of the account.</remarks>
    public Task<IReadOnlyList<InvoiceRow>> SearchAsync(string accountId, string text, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RowsAsync(SearchSql, new { accountId, pattern = SqlText.Containing(text.Trim()) }, ct);
    }

    private async Task<IReadOnlyList<InvoiceRow>> RowsAsync(string sql, object parameters, CancellationToken ct)
    {
        var today = clock.Today;
        await using var connection = await database.OpenAsync(ct);
        var rows = await connection.QueryAsync<InvoiceSql.RowData>(new CommandDefinition(sql, parameters, cancellationToken: ct));
        return [.. rows.Select(row => row.ToRow(today))];
    }
}

namespace BillingDesk.Data;

/// <summary>The rows behind an invoice as the database returns them, and the statements that reads and writes share.</summary>
internal static class InvoiceSql
{
    public const string Detail =
        """
        SELECT id AS Id, account_id AS AccountId, number AS Number, amount_cents AS AmountCents, currency AS Currency, due_on AS DueOn,
               paid_at AS PaidAt, memo AS Memo, version AS Version, updated_at AS UpdatedAt
        FROM invoices WHERE id = @id
        """;

    public const string Lines =
        """
        SELECT position AS Position, text AS Text, quantity AS Quantity, unit_cents AS UnitCents
        FROM invoice_lines WHERE invoice_id = @id ORDER BY position
        """;

    /// <summary>Reads one invoice inside a transaction, so that its lines belong to the row above them.</summary>
    public static async Task<InvoiceDetail?> FindAsync(DeskTransaction transaction, string id, DateOnly today, CancellationToken ct)
    {
        var found = await transaction.FirstOrDefaultAsync<DetailData>(Detail, new { id }, ct);
        if (found is null) return null;
        var lines = await transaction.QueryAsync<LineData>(Lines, new { id }, ct);
        return found.ToDetail([.. lines.Select(line => line.ToLine(id))], today);
    }

    internal sealed record RowData(
        string Id, string Number, long AmountCents, string Currency, string DueOn, string? PaidAt, long Version)
    {
        public InvoiceRow ToRow(DateOnly today)
        {
            var dueOn = SqlText.Day(DueOn);
            return new InvoiceRow(
                Id, Number, InvoiceStatus.Of(PaidAt, dueOn, today), AmountCents, Currency, dueOn, SqlText.InstantOrNull(PaidAt), Version);
        }
    }

    internal sealed record LineData(long Position, string Text, long Quantity, long UnitCents)
    {
        public InvoiceLine ToLine(string invoiceId) => new($"{invoiceId}-{Position}", Text, Quantity, UnitCents);
    }

    internal sealed record DetailData(
        string Id, string AccountId, string Number, long AmountCents, string Currency, string DueOn, string? PaidAt,
        string Memo, long Version, string UpdatedAt)
    {
        public InvoiceDetail ToDetail(IReadOnlyList<InvoiceLine> lines, DateOnly today)
        {
            var dueOn = SqlText.Day(DueOn);
            return new InvoiceDetail(
                Id, AccountId, Number, InvoiceStatus.Of(PaidAt, dueOn, today), AmountCents, Currency, dueOn,
                SqlText.InstantOrNull(PaidAt), Memo, Version, SqlText.Instant(UpdatedAt), lines);
        }
    }
}

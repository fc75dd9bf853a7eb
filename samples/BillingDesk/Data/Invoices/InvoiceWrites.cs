namespace BillingDesk.Data;

/// <summary>Writes invoices. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class InvoiceWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string PaySql =
        """
        UPDATE invoices SET paid_at = @at, version = version + 1, updated_at = @at
        WHERE id = @invoiceId AND paid_at IS NULL
        """;

    private const string EditSql =
        """
        UPDATE invoices SET memo = @memo, amount_cents = @amountCents, version = version + 1, updated_at = @at
        WHERE id = @invoiceId AND version = @expectedVersion
        """;

    private const string DeleteLinesSql = "DELETE FROM invoice_lines WHERE invoice_id = @invoiceId";

    private const string InsertLineSql =
        """
        INSERT INTO invoice_lines (invoice_id, position, text, quantity, unit_cents)
        VALUES (@invoiceId, @position, @text, @quantity, @unitCents)
        """;

    /// <summary>Marks an invoice paid, once: of several attempts, also simultaneous ones, exactly one is <see cref="PayOutcome.Paid"/>.</summary>
    /// <param name="invoiceId">Which.</param>
    /// <param name="actor">Who pays, as a name for the audit timeline.</param>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<PayOutcome> PayAsync(string invoiceId, string actor, CancellationToken ct = default) =>
        transactions.RunAsync<PayOutcome>(async transaction =>
        {
            var now = clock.Now;
            var written = await transaction.ExecuteAsync(PaySql, new { invoiceId, at = SqlText.Of(now) }, ct);
            var invoice = await InvoiceSql.FindAsync(transaction, invoiceId, clock.Today, ct);
            if (invoice is null) return new PayOutcome.NotFound();
            if (written == 0) return new PayOutcome.AlreadyPaid(invoice);

            await AuditTrail.WriteAsync(transaction, invoice.AccountId, now, actor, "invoice.paid", invoice.Number, ct);
            return new PayOutcome.Paid(invoice);
        }, ct);

    /// <summary>Replaces memo and lines, if the invoice is still at the version the caller read.</summary>
    /// <param name="invoiceId">Which.</param>
    /// <param name="expectedVersion">The version the caller read.</param>
    /// <param name="edit">The new content. Ask <see cref="InvoiceEdit.Validate"/> first; the database refuses what it refuses.</param>
    /// <param name="actor">Who edits, as a name for the audit timeline.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <exception cref="System.Data.Common.DbException">A value is outside the limits; everything was rolled back.</exception>
    public Task<EditOutcome> EditAsync(
        string invoiceId, long expectedVersion, InvoiceEdit edit, string actor, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return transactions.RunAsync<EditOutcome>(async transaction =>
        {
            var now = clock.Now;
            var written = await transaction.ExecuteAsync(
                EditSql, new { invoiceId, expectedVersion, memo = edit.Memo, amountCents = edit.AmountCents, at = SqlText.Of(now) }, ct);
            if (written > 0) await ReplaceLinesAsync(transaction, invoiceId, edit.Lines, ct);

            var invoice = await InvoiceSql.FindAsync(transaction, invoiceId, clock.Today, ct);
            if (invoice is null) return new EditOutcome.NotFound();
            if (written == 0) return new EditOutcome.Stale(invoice);

            await AuditTrail.WriteAsync(transaction, invoice.AccountId, now, actor, "invoice.edited", invoice.Number, ct);
            return new EditOutcome.Edited(invoice);
        }, ct);
    }

    private static async Task ReplaceLinesAsync(
        DeskTransaction transaction, string invoiceId, IReadOnlyList<InvoiceLineEdit> lines, CancellationToken ct)
    {
        await transaction.ExecuteAsync(DeleteLinesSql, new { invoiceId }, ct);
        var position = 0;
        foreach (var line in lines)
        {
            position++;
            await transaction.ExecuteAsync(
                InsertLineSql, new { invoiceId, position, text = line.Text, quantity = line.Quantity, unitCents = line.UnitCents }, ct);
        }
    }
}

namespace BillingDesk.Data;

/// <summary>Adds the audit row of a write to its transaction.</summary>
internal static class AuditTrail
{
    private const string Sql =
        "INSERT INTO audit (account_id, at, actor, action, subject) VALUES (@accountId, @at, @actor, @action, @subject)";

    /// <param name="transaction">The transaction of the write.</param>
    /// <param name="accountId">The account in whose timeline the row shows, or null for what belongs to no single account.</param>
    /// <param name="at">When, in UTC.</param>
    /// <param name="actor">Who, as a name to show.</param>
    /// <param name="action">What happened, such as <c>invoice.paid</c>.</param>
    /// <param name="subject">To what: a name or number a person recognises.</param>
    /// <param name="ct">Cancels the insert.</param>
    public static Task WriteAsync(
        DeskTransaction transaction, string? accountId, DateTime at, string actor, string action, string subject, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        return transaction.ExecuteAsync(Sql, new { accountId, at = SqlText.Of(at), actor, action, subject }, ct);
    }
}

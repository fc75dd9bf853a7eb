namespace BillingDesk.Data;

/// <summary>Writes footers and takes in feedback. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class SiteWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string FooterSql =
        "UPDATE footers SET text = @text, version = version + 1, updated_at = @at WHERE route_group = @routeGroup RETURNING version";

    private const string FeedbackSql =
        "INSERT INTO feedback (at, actor, text) VALUES (@at, @actor, @text) RETURNING id";

    /// <summary>Replaces the text of a route group's footer.</summary>
    /// <param name="routeGroup">One of <see cref="FooterGroup"/>.</param>
    /// <param name="text">Plain text, at most 500 characters; may be empty.</param>
    /// <param name="actor">Who writes it. The audit row belongs to no account.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <exception cref="System.Data.Common.DbException">The text is too long; nothing was written.</exception>
    public Task<SiteFooter> SetFooterAsync(string routeGroup, string text, string actor, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            var now = clock.Now;
            var version = await transaction.FirstOrDefaultAsync<long>(FooterSql, new { routeGroup, text, at = SqlText.Of(now) }, ct);
            await AuditTrail.WriteAsync(transaction, accountId: null, now, actor, "site.footer-changed", routeGroup, ct);
            return new SiteFooter(text, version, now);
        }, ct);

    /// <summary>Stores what somebody typed into the feedback widget.</summary>
    /// <param name="text">1 to 2,000 characters.</param>
    /// <param name="actor">Who typed it. The audit row belongs to no account.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>The id of the feedback, such as <c>fb_1</c>.</returns>
    /// <exception cref="System.Data.Common.DbException">The text is empty or too long; nothing was written.</exception>
    public Task<string> AddFeedbackAsync(string text, string actor, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            var now = clock.Now;
            var number = await transaction.FirstOrDefaultAsync<long>(FeedbackSql, new { text, actor, at = SqlText.Of(now) }, ct);
            var id = $"fb_{number}";
            await AuditTrail.WriteAsync(transaction, accountId: null, now, actor, "feedback.added", id, ct);
            return id;
        }, ct);
}

namespace BillingDesk.Data;

/// <summary>Writes profiles. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class ProfileWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string RenameSql =
        "UPDATE users SET name = @name, version = version + 1, updated_at = @at WHERE id = @userId";

    private const string OrgIdsSql = "SELECT org_id FROM memberships WHERE user_id = @userId ORDER BY org_id";

    /// <summary>Changes the name others see.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="actor">Who changes it. A profile belongs to its user, so the audit row belongs to no account.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>The profile and the organisations that show it, from one transaction; null if there is no such user.</returns>
    /// <exception cref="System.Data.Common.DbException">The name is outside its limits; nothing was written.</exception>
    public Task<ProfileChange?> RenameAsync(string userId, string name, string actor, CancellationToken ct = default) =>
        transactions.RunAsync(async transaction =>
        {
            var now = clock.Now;
            var written = await transaction.ExecuteAsync(RenameSql, new { userId, name, at = SqlText.Of(now) }, ct);
            if (written == 0) return null;

            await AuditTrail.WriteAsync(transaction, accountId: null, now, actor, "profile.updated", userId, ct);
            var profile = await transaction.FirstOrDefaultAsync<UserProfile>(ProfileReads.Sql, new { userId }, ct);
            var orgIds = await transaction.QueryAsync<string>(OrgIdsSql, new { userId }, ct);
            return new ProfileChange(profile!, [.. orgIds]);
        }, ct);
}

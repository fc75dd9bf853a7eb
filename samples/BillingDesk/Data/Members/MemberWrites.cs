namespace BillingDesk.Data;

/// <summary>Writes memberships. Each call is one transaction with its audit row, or joins the running one of its scope.</summary>
/// <param name="transactions">The scope's transactions.</param>
/// <param name="clock">Stamps the rows.</param>
public sealed class MemberWrites(DeskTransactions transactions, DeskClock clock)
{
    private const string OrganisationSql = "SELECT id FROM accounts WHERE id = @orgId";

    private const string FindSql =
        """
        SELECT m.user_id AS UserId, u.name AS Name, m.role AS Role
        FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.org_id = @orgId AND m.user_id = @userId
        """;

    private const string OtherOwnersSql =
        "SELECT count(*) FROM memberships WHERE org_id = @orgId AND role = 'owner' AND user_id <> @userId";

    private const string ChangeRoleSql =
        """
        UPDATE memberships SET role = @role, version = version + 1, updated_at = @at
        WHERE org_id = @orgId AND user_id = @userId
        """;

    private const string RemoveSql = "DELETE FROM memberships WHERE org_id = @orgId AND user_id = @userId";

    /// <summary>Gives a member a role.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="userId">The member.</param>
    /// <param name="role">One of <see cref="MemberRole"/>.</param>
    /// <param name="actor">Who changes it, as a name for the audit timeline.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <exception cref="ArgumentException">The role is not one of <see cref="MemberRole.All"/>.</exception>
    public Task<RoleOutcome> ChangeRoleAsync(
        string orgId, string userId, string role, string actor, CancellationToken ct = default)
    {
        if (!MemberRole.IsKnown(role))
            throw new ArgumentException($"'{role}' is not a role. Use one of: {string.Join(", ", MemberRole.All)}.", nameof(role));
        return transactions.RunAsync<RoleOutcome>(async transaction =>
        {
            var member = await FindLockedAsync(transaction, orgId, userId, ct);
            if (member is null) return new RoleOutcome.NotFound();
            if (role != MemberRole.Owner && await IsLastOwnerAsync(transaction, orgId, member, ct)) return new RoleOutcome.LastOwner(member);

            var now = clock.Now;
            await transaction.ExecuteAsync(ChangeRoleSql, new { orgId, userId, role, at = SqlText.Of(now) }, ct);
            await AuditTrail.WriteAsync(transaction, orgId, now, actor, "member.role-changed", $"{member.Name}: {role}", ct);
            return new RoleOutcome.Changed(member with { Role = role });
        }, ct);
    }

    /// <summary>Takes a user out of an organisation. The user and its other memberships stay.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="userId">The member.</param>
    /// <param name="actor">Who removes, as a name for the audit timeline.</param>
    /// <param name="ct">Cancels before the commit.</param>
    public Task<RemoveOutcome> RemoveAsync(string orgId, string userId, string actor, CancellationToken ct = default) =>
        transactions.RunAsync<RemoveOutcome>(async transaction =>
        {
            var member = await FindLockedAsync(transaction, orgId, userId, ct);
            if (member is null) return new RemoveOutcome.NotFound();
            if (await IsLastOwnerAsync(transaction, orgId, member, ct)) return new RemoveOutcome.LastOwner(member);

            await transaction.ExecuteAsync(RemoveSql, new { orgId, userId }, ct);
            await AuditTrail.WriteAsync(transaction, orgId, clock.Now, actor, "member.removed", member.Name, ct);
            return new RemoveOutcome.Removed(orgId, userId);
        }, ct);

    // Two owners take each other out at once: where writers run side by side, each would still see the other as an owner. So the
    // organisation's row is locked before anything of its members is read.
    private async Task<MemberRow?> FindLockedAsync(DeskTransaction transaction, string orgId, string userId, CancellationToken ct)
    {
        await transaction.FirstOrDefaultAsync<string>(OrganisationSql + transactions.RowLock, new { orgId }, ct);
        return await transaction.FirstOrDefaultAsync<MemberRow>(FindSql, new { orgId, userId }, ct);
    }

    private static async Task<bool> IsLastOwnerAsync(
        DeskTransaction transaction, string orgId, MemberRow member, CancellationToken ct) =>
        member.Role == MemberRole.Owner
        && await transaction.FirstOrDefaultAsync<long>(OtherOwnersSql, new { orgId, userId = member.UserId }, ct) == 0;
}

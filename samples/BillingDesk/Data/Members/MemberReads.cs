using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads who belongs to which organisation.</summary>
/// <param name="database">Where to read.</param>
public sealed class MemberReads(BillingDeskDatabase database)
{
    private const string TeamSql =
        """
        SELECT m.user_id AS UserId, u.name AS Name, m.role AS Role
        FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.org_id = @orgId
        ORDER BY CASE m.role WHEN 'owner' THEN 1 WHEN 'admin' THEN 2 WHEN 'member' THEN 3 ELSE 4 END, u.name, m.user_id
        """;

    private const string OrganisationsSql =
        """
        SELECT m.org_id AS OrgId, a.name AS Name, m.role AS Role
        FROM memberships m JOIN accounts a ON a.id = m.org_id
        WHERE m.user_id = @userId
        ORDER BY a.name, m.org_id
        """;

    /// <summary>The members of an organisation, by role and name; empty for an unknown organisation.</summary>
    public async Task<IReadOnlyList<MemberRow>> TeamAsync(string orgId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return [.. await connection.QueryAsync<MemberRow>(new CommandDefinition(TeamSql, new { orgId }, cancellationToken: ct))];
    }

    /// <summary>The organisations a user is a member of, by name; empty for an unknown user.</summary>
    public async Task<IReadOnlyList<OrganisationRow>> OrganisationsAsync(string userId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return [.. await connection.QueryAsync<OrganisationRow>(
            new CommandDefinition(OrganisationsSql, new { userId }, cancellationToken: ct))];
    }
}

using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads profiles.</summary>
/// <param name="database">Where to read.</param>
public sealed class ProfileReads(BillingDeskDatabase database)
{
    internal const string Sql = "SELECT id AS UserId, name AS Name, email AS Email FROM users WHERE id = @userId";

    /// <summary>A user's profile, or null if there is none with this id.</summary>
    public async Task<UserProfile?> FindAsync(string userId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<UserProfile>(new CommandDefinition(Sql, new { userId }, cancellationToken: ct));
    }
}

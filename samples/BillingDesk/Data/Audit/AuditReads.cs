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

    /// <summary>The newest <see cref="TimelineLength"/> rows of an account, the newest first; empty for an unknown account.</summary>
    public async Task<IReadOnlyList<AuditEntry>> TimelineAsync(string accountId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = await connection.QueryAsync<Data>(
            new CommandDefinition(Sql, new { accountId, limit = TimelineLength }, cancellationToken: ct));
        return [.. rows.Select(row => new AuditEntry($"aud_{row.Id}", SqlText.Instant(row.At), row.Actor, row.Action, row.Subject))];
    }

    private sealed record Data(long Id, string At, string Actor, string Action, string Subject);
}

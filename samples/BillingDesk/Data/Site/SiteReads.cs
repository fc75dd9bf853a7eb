using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads what is the same on every page.</summary>
/// <param name="database">Where to read.</param>
public sealed class SiteReads(BillingDeskDatabase database)
{
    private const string FooterSql = "SELECT text AS Text, version AS Version, updated_at AS UpdatedAt FROM site_footer WHERE id = 1";

    /// <summary>The footer. There is always one.</summary>
    public async Task<SiteFooter> FooterAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var row = await connection.QuerySingleAsync<Data>(new CommandDefinition(FooterSql, cancellationToken: ct));
        return new SiteFooter(row.Text, row.Version, SqlText.Instant(row.UpdatedAt));
    }

    private sealed record Data(string Text, long Version, string UpdatedAt);
}

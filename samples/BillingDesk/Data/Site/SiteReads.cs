using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads what is the same on every page.</summary>
/// <param name="database">Where to read.</param>
public sealed class SiteReads(BillingDeskDatabase database)
{
    private const string FooterSql = "SELECT text AS Text, version AS Version, updated_at AS UpdatedAt FROM footers WHERE route_group = @routeGroup";

    /// <summary>The footer of a route group.</summary>
    /// <param name="routeGroup">One of <see cref="FooterGroup"/>: each has one.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<SiteFooter> FooterAsync(string routeGroup, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        var row = await connection.QuerySingleAsync<Data>(new CommandDefinition(FooterSql, new { routeGroup }, cancellationToken: ct));
        return new SiteFooter(row.Text, row.Version, SqlText.Instant(row.UpdatedAt));
    }

    private sealed record Data(string Text, long Version, string UpdatedAt);
}

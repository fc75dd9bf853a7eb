using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads the price list.</summary>
/// <param name="database">Where to read.</param>
public sealed class PlanReads(BillingDeskDatabase database)
{
    private const string Sql = "SELECT id AS Id, name AS Name, monthly_cents AS MonthlyCents FROM plans ORDER BY monthly_cents, id";

    /// <summary>All plans, the cheapest first.</summary>
    public async Task<IReadOnlyList<PlanRow>> ListAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return [.. await connection.QueryAsync<PlanRow>(new CommandDefinition(Sql, cancellationToken: ct))];
    }
}

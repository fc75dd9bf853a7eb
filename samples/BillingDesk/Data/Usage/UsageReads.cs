using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads the daily sums that the usage pipeline makes; never the raw rows.</summary>
/// <param name="database">Where to read.</param>
public sealed class UsageReads(BillingDeskDatabase database)
{
    /// <summary>How many days a chart shows, and an allowance is for.</summary>
    public const int ChartDays = 30;

    internal const string AsOfSql = "SELECT as_of FROM usage_pipeline WHERE id = 1";

    private const string IncludedSql =
        """
        SELECT a.included_units FROM subscriptions s JOIN allowances a ON a.plan_id = s.plan_id
        WHERE s.account_id = @accountId
        """;

    private const string DaysSql =
        "SELECT day AS Day, units AS Units FROM usage_daily WHERE account_id = @accountId AND day >= @from AND day <= @to";

    /// <summary>How far the pipeline has come: everything that had arrived by then is in the daily sums (UTC).</summary>
    public async Task<DateTime> AsOfAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        return SqlText.Instant(await connection.QuerySingleAsync<string>(new CommandDefinition(AsOfSql, cancellationToken: ct)));
    }

    /// <summary>An account's chart, or null if there is no such account.</summary>
    public async Task<UsageChart?> ChartAsync(string accountId, CancellationToken ct = default)
    {
        await using var connection = await database.OpenAsync(ct);
        // Three statements, one snapshot: a roll-up between them would pair its sums with the as-of time before it.
        await using var snapshot = await database.SnapshotAsync(connection, ct);
        var read = new DeskTransaction(connection, snapshot);
        if (await read.FirstOrDefaultAsync<long?>(IncludedSql, new { accountId }, ct) is not { } included) return null;

        var asOf = SqlText.Instant((await read.FirstOrDefaultAsync<string>(AsOfSql, new { }, ct))!);
        var last = DateOnly.FromDateTime(asOf);
        var first = last.AddDays(1 - ChartDays);
        var found = await read.QueryAsync<DayData>(DaysSql, new { accountId, from = SqlText.Of(first), to = SqlText.Of(last) }, ct);
        var units = found.ToDictionary(row => row.Day, row => row.Units);
        var days = Enumerable.Range(0, ChartDays).Select(first.AddDays)
            .Select(day => new UsageDay(day, units.GetValueOrDefault(SqlText.Of(day)))).ToArray();
        return new UsageChart(accountId, included, days.Sum(day => day.Units), asOf, days);
    }

    private sealed record DayData(string Day, long Units);
}

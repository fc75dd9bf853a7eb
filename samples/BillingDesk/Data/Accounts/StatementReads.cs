using Dapper;

namespace BillingDesk.Data;

/// <summary>Reads statements of account.</summary>
/// <param name="database">Where to read.</param>
/// <param name="clock">Says what day it is.</param>
public sealed class StatementReads(BillingDeskDatabase database, DeskClock clock)
{
    private static readonly (int? Min, int? Max)[] _ages = [(null, null), (1, 30), (31, 60), (61, null)];

    private const string Sql =
        """
        SELECT a.name AS Name, s.plan_name AS PlanName, a.currency AS Currency, i.amount_cents AS Cents, i.due_on AS DueOn
        FROM accounts a
        JOIN subscriptions s ON s.account_id = a.id
        LEFT JOIN invoices i ON i.account_id = a.id AND i.paid_at IS NULL
        WHERE a.id = @accountId
        """;

    /// <summary>The statement of an account, or null if there is no such account.</summary>
    public async Task<AccountStatement?> FindAsync(string accountId, CancellationToken ct = default)
    {
        var today = clock.Today;
        await using var connection = await database.OpenAsync(ct);
        var rows = (await connection.QueryAsync<Data>(new CommandDefinition(Sql, new { accountId }, cancellationToken: ct))).ToArray();
        if (rows.Length == 0) return null;

        var unpaid = rows.Where(row => row.DueOn is not null) // an account that owes nothing is one row without an invoice
            .Select(row => (Cents: row.Cents!.Value, DaysOverdue: today.DayNumber - SqlText.Day(row.DueOn!).DayNumber)).ToArray();
        var ages = _ages.Select(age =>
        {
            var found = unpaid.Where(invoice => IsOf(age, invoice.DaysOverdue)).ToArray();
            return new DueAge(age.Min, age.Max, found.Length, found.Sum(invoice => invoice.Cents));
        }).ToArray();
        return new AccountStatement(
            accountId, rows[0].Name, rows[0].PlanName, rows[0].Currency, today, ages.Sum(age => age.Cents), ages);
    }

    private static bool IsOf((int? Min, int? Max) age, int daysOverdue) =>
        age.Min is { } min ? daysOverdue >= min && (age.Max is not { } max || daysOverdue <= max) : daysOverdue <= 0;

    private sealed record Data(string Name, string PlanName, string Currency, long? Cents, string? DueOn);
}

using Dapper;
using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>Searches invoices and people of all accounts.</summary>
/// <param name="database">Where to read.</param>
/// <param name="clock">Decides what is past due.</param>
public sealed class SearchReads(BillingDeskDatabase database, DeskClock clock)
{
    /// <summary>The most invoices, and the most people, one search finds.</summary>
    public const int MaxFound = 8;

    private const string InvoicesSql =
        """
        SELECT i.id AS Id, i.number AS Number, i.account_id AS AccountId, a.name AS AccountName, i.amount_cents AS AmountCents,
               i.currency AS Currency, i.due_on AS DueOn, i.paid_at AS PaidAt
        FROM invoices i JOIN accounts a ON a.id = i.account_id
        WHERE lower(i.number) LIKE lower(@pattern) ESCAPE '\'
        ORDER BY i.number LIMIT @limit
        """;

    private const string PeopleSql =
        """
        SELECT u.id AS UserId, u.name AS Name, u.email AS Email
        FROM users u
        WHERE lower(u.name) LIKE lower(@pattern) ESCAPE '\' OR lower(u.email) LIKE lower(@pattern) ESCAPE '\'
        ORDER BY u.name, u.id LIMIT @limit
        """;

    private const string OrganisationsSql =
        $"""
        SELECT m.user_id AS UserId, m.org_id AS OrgId, a.name AS Name, m.role AS Role
        FROM memberships m JOIN accounts a ON a.id = m.org_id
        WHERE m.user_id IN (SELECT found.UserId FROM ({PeopleSql}) AS found)
        ORDER BY a.name, m.org_id
        """;

    /// <summary>Finds a text. Ignores the case of ASCII letters; % and _ mean themselves.</summary>
    public async Task<SearchFindings> FindAsync(string text, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parameters = new { pattern = SqlText.Containing(text), limit = MaxFound };
        await using var connection = await database.OpenAsync(ct);
        await using var snapshot = await database.SnapshotAsync(connection, ct); // people and where they belong are of one state
        var today = clock.Today;
        var invoices = await connection.QueryAsync<InvoiceData>(new CommandDefinition(InvoicesSql, parameters, snapshot, cancellationToken: ct));
        var people = await PeopleAsync(connection, snapshot, parameters, ct);
        return new SearchFindings([.. invoices.Select(invoice => invoice.ToFound(today))], people);
    }

    private static async Task<IReadOnlyList<FoundPerson>> PeopleAsync(
        DbConnection connection, DbTransaction snapshot, object parameters, CancellationToken ct)
    {
        var people = (await connection.QueryAsync<PersonData>(new CommandDefinition(PeopleSql, parameters, snapshot, cancellationToken: ct))).ToArray();
        var organisations = (await connection.QueryAsync<OrganisationData>(
            new CommandDefinition(OrganisationsSql, parameters, snapshot, cancellationToken: ct))).ToLookup(row => row.UserId);
        return [.. people.Select(person => new FoundPerson(
            person.UserId, person.Name, person.Email,
            [.. organisations[person.UserId].Select(row => new OrganisationRow(row.OrgId, row.Name, row.Role))]))];
    }

    private sealed record InvoiceData(
        string Id, string Number, string AccountId, string AccountName, long AmountCents, string Currency, string DueOn, string? PaidAt)
    {
        public FoundInvoice ToFound(DateOnly today) =>
            new(Id, Number, AccountId, AccountName, InvoiceStatus.Of(PaidAt, SqlText.Day(DueOn), today), AmountCents, Currency);
    }

    private sealed record PersonData(string UserId, string Name, string Email);

    private sealed record OrganisationData(string UserId, string OrgId, string Name, string Role);
}

using Dapper;

namespace BillingDesk.Data.Tests;

public class StatementTests
{
    [Fact]
    public async Task The_ages_are_those_of_the_unpaid_invoices_and_add_up_to_the_balance()
    {
        await using var desk = Desk.Seeded();
        var unpaid = (await desk.Get<InvoiceReads>().ListAsync(SampleIds.Busy)).Where(row => row.Status != InvoiceStatus.Paid).ToArray();
        var summary = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Busy))!;

        var statement = (await desk.Get<StatementReads>().FindAsync(SampleIds.Busy)).ShouldNotBeNull();

        (statement.Name, statement.PlanName, statement.Currency, statement.BalanceCents, statement.AsOf)
            .ShouldBe((summary.Name, summary.PlanName, summary.Currency, summary.BalanceCents, Desk.SeedDay));
        DueAge AgeOf(int? min, int? max) => new(min, max,
            unpaid.Count(row => IsOf(row, min, max)), unpaid.Where(row => IsOf(row, min, max)).Sum(row => row.AmountCents));
        statement.Ages.ShouldBe([AgeOf(null, null), AgeOf(1, 30), AgeOf(31, 60), AgeOf(61, null)]);
        statement.Ages.Sum(age => age.Invoices).ShouldBe(unpaid.Length);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(30, 1)]
    [InlineData(31, 2)]
    [InlineData(60, 2)]
    [InlineData(61, 3)]
    public async Task An_invoice_grows_older_day_by_day(int daysOverdue, int age)
    {
        await using var desk = Desk.Seeded();
        await using (var connection = await desk.Database.OpenAsync())
            await connection.ExecuteAsync(
                """
                UPDATE invoices SET paid_at = '2026-01-15T00:00:00.000Z' WHERE account_id = 'acc_88' AND id <> 'inv_123';
                UPDATE invoices SET due_on = '2026-01-15' WHERE id = 'inv_123';
                """);
        desk.Clock.Now += TimeSpan.FromDays(daysOverdue);
        var ages = (await desk.Get<StatementReads>().FindAsync(SampleIds.Showcase))!.Ages;
        ages.Select(each => each.Invoices).ShouldBe(Enumerable.Range(0, 4).Select(at => at == age ? 1L : 0L));
    }

    [Fact]
    public async Task Who_owes_nothing_has_four_ages_of_zero_and_nobody_has_none()
    {
        await using var desk = Desk.Seeded();
        await using (var connection = await desk.Database.OpenAsync())
            await connection.ExecuteAsync("UPDATE invoices SET paid_at = '2026-01-15T00:00:00.000Z' WHERE account_id = 'acc_88'");
        var statement = (await desk.Get<StatementReads>().FindAsync(SampleIds.Showcase))!;
        (statement.BalanceCents, statement.Ages.Count, statement.Ages.Sum(age => age.Invoices)).ShouldBe((0, 4, 0));
        (await desk.Get<StatementReads>().FindAsync("acc_none")).ShouldBeNull();
    }

    private static bool IsOf(InvoiceRow row, int? min, int? max)
    {
        var days = Desk.SeedDay.DayNumber - row.DueOn.DayNumber;
        return min is null ? days <= 0 : days >= min && (max is null || days <= max);
    }
}

namespace BillingDesk.Data.Tests;

public class AccountTableTests
{
    [Theory]
    [InlineData(AccountSort.Name)]
    [InlineData(AccountSort.Balance)]
    [InlineData(AccountSort.Overdue)]
    public async Task Every_account_is_on_one_page_in_order_with_the_figures_of_its_summary(AccountSort sort)
    {
        await using var desk = Desk.Seeded();
        var rows = new List<AccountTableRow>();
        for (var page = 1; page <= 6; page++)
        {
            var table = await desk.Get<AccountTableReads>().PageAsync(sort, page);
            (table.Page, table.Pages, table.Total, table.Rows.Count).ShouldBe((page, 6, 120, AccountTableReads.PageSize));
            rows.AddRange(table.Rows);
        }
        rows.Select(row => row.AccountId).Order(StringComparer.Ordinal).ShouldBe(await desk.Get<AccountTableReads>().AccountIdsAsync());
        var ordered = sort switch
        {
            AccountSort.Name => rows.OrderBy(row => row.Name, StringComparer.Ordinal),
            AccountSort.Balance => rows.OrderByDescending(row => row.BalanceCents).ThenBy(row => row.Name, StringComparer.Ordinal),
            _ => rows.OrderByDescending(row => row.OverdueInvoices).ThenBy(row => row.Name, StringComparer.Ordinal),
        };
        rows.ShouldBe(ordered.ThenBy(row => row.AccountId, StringComparer.Ordinal));
        foreach (var row in rows)
        {
            var summary = (await desk.Get<AccountReads>().SummaryAsync(row.AccountId))!;
            row.ShouldBe(new AccountTableRow(
                summary.AccountId, summary.Name, summary.PlanName, summary.BalanceCents, summary.Currency, summary.OpenInvoices, summary.OverdueInvoices));
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Beyond_the_last_page_there_are_no_rows(int page)
    {
        await using var desk = Desk.Seeded();
        var table = await desk.Get<AccountTableReads>().PageAsync(AccountSort.Balance, page);
        (table.Page, table.Pages, table.Rows.Count).ShouldBe((page, 6, 0));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => desk.Get<AccountTableReads>().PageAsync(AccountSort.Name, 0));
    }
}

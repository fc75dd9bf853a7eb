using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S7 for the table of all accounts: what a write to one account reaches is exact, and no page is ever wrong.</summary>
public sealed class AccountTableTests
{
    private static readonly string[] _sorts = ["name", "balance", "overdue"];
    private static readonly string[] _pages = [.. _sorts.SelectMany(sort => Enumerable.Range(1, 6).Select(page => Panels.Table(sort, page)))];

    [Fact]
    public async Task S7_AfterEachWriteEveryPageSaysWhatTheDatabaseSays()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_pages);
        // The account that owes most pays everything: it leaves the first page for the last, and everybody below moves up.
        var top = (await desk.ReadAsync<AccountTable>(Panels.Table("balance", 1))).Value.Rows[0].AccountId;
        top.ShouldBe(SampleIds.Busy);
        await desk.WriteBehindTheBackAsync("UPDATE invoices SET paid_at = '2026-01-14T00:00:00.000Z' WHERE account_id = 'acc_60' AND paid_at IS NULL AND id <> (SELECT min(id) FROM invoices WHERE account_id = 'acc_60' AND paid_at IS NULL)");
        var last = (await desk.Http.GetFromJsonAsync<List<InvoiceRow>>(Panels.List(top)))!.Single(row => row.PaidAt is null).Id;

        (await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{last}/pay")).ShouldHaveExpired($"invoice:{last}", $"account-invoices:{top}");
        await ShouldBeRightAsync(desk);
        (await desk.ReadAsync<AccountTable>(Panels.Table("balance", 6))).Value.Rows[^1].AccountId.ShouldBe(top);

        (await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{top}/plan", new { planId = "plan_team" })).ShouldHaveExpired($"account:{top}", $"subscription:{top}");
        await ShouldBeRightAsync(desk);
        (await desk.ReadAsync<AccountTable>(Panels.Table("balance", 6))).Value.Rows[^1].PlanName.ShouldBe("Team"); // it was on another

        var line = new { text = "Work", quantity = 1_000, unitCents = 100_000 };
        await desk.WriteAsync(HttpMethod.Put, "/api/invoices/inv_123", new { memo = "", lines = new[] { line } }, headers: ("If-Match", "\"1\""));
        await ShouldBeRightAsync(desk);
        (await desk.ReadAsync<AccountTable>(Panels.Table("balance", 1))).Value.Rows[0].AccountId.ShouldBe("acc_88");
    }

    [Fact]
    public async Task S7_APaymentReloadsThePagesThatDependOnIt()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_pages);
        await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay");
        await desk.ShouldReloadOnlyAsync(_pages,
            [Panels.Table("name", 3), .. _pages.Where(page => !page.Contains("sort=name", StringComparison.Ordinal))]); // acc_88 is on page 3
    }

    [Fact]
    public async Task APageOfTheTableThatDependsOnEveryAccountIsAnyTagToABrowser()
    {
        await using var desk = await DeskHost.StartAsync();
        (await desk.ReadAsync<AccountTable>(Panels.Table("name", 1))).Headers.GetValues("Freshness-Tags").Single().Split(' ').Length
            .ShouldBeGreaterThan(AccountTableReads.PageSize * 2);
        (await desk.ReadAsync<AccountTable>(Panels.Table("balance", 1))).Headers.GetValues("Freshness-Tags").ShouldBe(["*"]);
    }

    [Fact]
    public async Task AnInvoiceThatBecomesOverdueAtMidnightMovesItsAccountThoughNothingWasWritten()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteBehindTheBackAsync("UPDATE invoices SET due_on = '2026-01-15', paid_at = NULL WHERE account_id = 'acc_88'");
        desk.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(30));
        var before = (await desk.ReadAsync<AccountTable>(Panels.Table("name", 3))).Value.Rows.Single(row => row.AccountId == "acc_88");
        (before.OpenInvoices, before.OverdueInvoices).ShouldBe((30, 0));

        desk.Time.Advance(TimeSpan.FromSeconds(31));

        (await desk.ReadAsync<AccountTable>(Panels.Table("name", 3))).Value.Rows.Single(row => row.AccountId == "acc_88").OverdueInvoices.ShouldBe(30);
    }

    [Theory]
    [InlineData("?sort=plan", HttpStatusCode.BadRequest)]
    [InlineData("?sort=2", HttpStatusCode.BadRequest)]
    [InlineData("?sort=", HttpStatusCode.BadRequest)]
    [InlineData("?page=0", HttpStatusCode.BadRequest)]
    [InlineData("?page=x", HttpStatusCode.BadRequest)]
    [InlineData("?page=7", HttpStatusCode.NotFound)]
    [InlineData("?sort=balance&page=2147483647", HttpStatusCode.NotFound)]
    public async Task APageThatThereIsNotIsNotStored(string query, HttpStatusCode expected)
    {
        await using var desk = await DeskHost.StartAsync();
        using var response = await desk.Http.GetAsync($"/api/admin/accounts{query}");
        response.StatusCode.ShouldBe(expected);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        desk.Meter.Entries.ShouldBe(0);
    }

    private static async Task ShouldBeRightAsync(DeskHost desk)
    {
        await using var scope = desk.Services.CreateAsyncScope();
        var source = scope.ServiceProvider.GetRequiredService<AccountTableReads>();
        foreach (var sort in _sorts)
        {
            for (var page = 1; page <= 6; page++)
            {
                var answered = (await desk.ReadAsync<AccountTable>(Panels.Table(sort, page))).Value;
                answered.Rows.ShouldBe((await source.PageAsync(Enum.Parse<AccountSort>(sort, ignoreCase: true), page)).Rows, $"{sort} {page}");
            }
        }
    }
}

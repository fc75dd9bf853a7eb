namespace BillingDesk.Data.Tests;

public class SeedTests
{
    [Fact]
    public async Task The_same_day_gives_the_same_rows()
    {
        await using var one = Desk.Seeded();
        await using var two = await Desk.SeededAsync(Desk.SeedDay);
        (await Fingerprint.OfAsync(one.Database)).ShouldBe(await Fingerprint.OfAsync(two.Database));
    }

    [Fact]
    public async Task Another_day_moves_the_dates()
    {
        await using var one = Desk.Seeded();
        await using var two = await Desk.SeededAsync(Desk.SeedDay.AddDays(1));
        (await Fingerprint.OfAsync(one.Database)).ShouldNotBe(await Fingerprint.OfAsync(two.Database));
        const string sql = "SELECT due_on FROM invoices WHERE id = 'inv_123'";
        DateOnly.Parse(await two.ScalarAsync<string>(sql)).ShouldBe(DateOnly.Parse(await one.ScalarAsync<string>(sql)).AddDays(1));
    }

    /// <summary>Pins the generator and the lay-out: whoever changes the seed changes this on purpose.</summary>
    [Fact]
    public async Task The_rows_of_2026_01_15_are_these()
    {
        await using var desk = Desk.Seeded();
        (await Fingerprint.OfAsync(desk.Database)).ShouldBe("A5D84BF608D7895C7E66494A3BA48933C2B17B9EEED82D27DD074223B0CDCBB9");
    }

    [Theory]
    [InlineData("accounts", 120)]
    [InlineData("subscriptions", 120)]
    [InlineData("invoices", 3_000)]
    [InlineData("users", 400)]
    [InlineData("memberships", 700)]
    [InlineData("plans", 4)]
    [InlineData("nightly_summaries", 120)]
    [InlineData("footers", 2)]
    [InlineData("allowances", 4)]
    [InlineData("usage_daily", 3_600)]
    [InlineData("usage_raw", 0)]
    [InlineData("usage_pipeline", 1)]
    [InlineData("feedback", 0)]
    public async Task Each_table_has_its_rows(string table, int count)
    {
        await using var desk = Desk.Seeded();
        (await desk.ScalarAsync<int>($"SELECT count(*) FROM {table}")).ShouldBe(count);
    }

    [Fact]
    public async Task The_rows_agree_with_each_other()
    {
        await using var desk = Desk.Seeded();
        (await desk.ScalarAsync<int>(
            "SELECT count(*) FROM invoices i WHERE amount_cents <> (SELECT sum(quantity * unit_cents) FROM invoice_lines WHERE invoice_id = i.id)")).ShouldBe(0);
        (await desk.RowsAsync<int>("SELECT DISTINCT count(*) FROM invoice_lines GROUP BY invoice_id ORDER BY 1")).ShouldBe([1, 2, 3, 4, 5]);
        (await desk.ScalarAsync<int>("SELECT count(DISTINCT invoice_id) FROM invoice_lines")).ShouldBe(3_000);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM accounts WHERE id NOT IN (SELECT org_id FROM memberships WHERE role = 'owner')")).ShouldBe(0);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM memberships)")).ShouldBe(0);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM audit a JOIN audit b ON b.id = a.id + 1 WHERE b.at < a.at")).ShouldBe(0);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM audit WHERE action = 'invoice.paid'"))
            .ShouldBe(await desk.ScalarAsync<int>("SELECT count(*) FROM invoices WHERE paid_at IS NOT NULL"));
        foreach (var (table, column) in new[] { ("invoices", "paid_at"), ("invoices", "updated_at"), ("audit", "at"), ("accounts", "updated_at"), ("usage_daily", "day") })
            (await desk.ScalarAsync<string>($"SELECT max({column}) FROM {table}")).ShouldBeLessThan("2026-01-15", $"{table}.{column}");
    }

    [Fact]
    public async Task Showcase_account_has_every_kind_of_invoice_and_members()
    {
        await using var desk = Desk.Seeded();
        var invoices = await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase);
        invoices.GroupBy(invoice => invoice.Status).ToDictionary(group => group.Key, group => group.Count())
            .ShouldBe(new Dictionary<string, int> { ["open"] = 5, ["past_due"] = 4, ["paid"] = 21 }, ignoreOrder: true);

        var invoice = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice)).ShouldNotBeNull();
        (invoice.AccountId, invoice.Status, invoice.Version).ShouldBe((SampleIds.Showcase, InvoiceStatus.PastDue, 1));

        var roles = (await desk.Get<MemberReads>().TeamAsync(SampleIds.Showcase)).ToDictionary(member => member.UserId, member => member.Role);
        (roles["user_88"], roles["user_188"], roles["user_288"], roles["user_388"]).ShouldBe(("owner", "admin", "member", "viewer"));
    }

    [Fact]
    public async Task Busy_account_has_more_unpaid_invoices_than_a_long_test_pays()
    {
        await using var desk = Desk.Seeded();
        var summary = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Busy)).ShouldNotBeNull();
        (summary.OpenInvoices, summary.OverdueInvoices).ShouldBe((230, 110));
    }

    [Fact]
    public async Task Some_accounts_are_current_and_some_are_past_due()
    {
        await using var desk = Desk.Seeded();
        var reads = desk.Get<AccountReads>();
        var statuses = new List<string>();
        for (var number = 1; number <= 120; number++) statuses.Add((await reads.BadgeAsync($"acc_{number}"))!.Status);
        statuses.Count(status => status == AccountStatus.Current).ShouldBeInRange(30, 100);
        statuses.Count(status => status == AccountStatus.PastDue).ShouldBeInRange(20, 90);
    }

    [Fact]
    public async Task Usage_goes_as_far_as_the_midnight_of_the_day_and_is_near_the_showcases_allowance()
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<UsageReads>().AsOfAsync()).ShouldBe(new DateTime(2026, 1, 15, 0, 0, 0, DateTimeKind.Utc));
        var chart = (await desk.Get<UsageReads>().ChartAsync(SampleIds.Showcase)).ShouldNotBeNull();
        (chart.UsedUnits * 100 / chart.IncludedUnits).ShouldBeInRange(80, 100);
        chart.Days.SkipLast(1).ShouldAllBe(day => day.Units > 0);
    }
}

namespace BillingDesk.Tests.Scenarios;

/// <summary>The statements: pages rendered on the server from cached queries, with one layout and one footer (S13).</summary>
public sealed class StatementTests
{
    private const string Account = SampleIds.Showcase;
    private const string Invoice = SampleIds.ShowcaseInvoice;

    [Fact]
    public async Task APaymentShowsOnTheStatementAndOnTheInvoiceAndLeavesOtherInvoicesAlone()
    {
        await using var desk = await DeskHost.StartAsync();
        var rows = (await desk.ReadAsync<List<InvoiceRow>>(Panels.List(Account))).Value;
        var other = rows.First(row => row.Id != Invoice);
        string[] pages = [Panels.Statement(Account), Panels.Statement(Account, Invoice), Panels.Statement(Account, other.Id), Panels.Statement("acc_1")];
        await desk.WarmAsync(pages);
        RowOf((await desk.GetAsync(pages[0])).Body).ShouldContain("<td>past due</td>");
        (await desk.GetAsync(pages[1])).Body.ShouldContain("<p id=\"standing\">past due, due on ");

        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/pay");

        await desk.ShouldReloadOnlyAsync(pages, pages[0], pages[1]);
        RowOf((await desk.GetAsync(pages[0])).Body).ShouldContain("<td>paid</td>");
        (await desk.GetAsync(pages[1])).Body.ShouldContain("<p id=\"standing\">paid, on 2026-01-15</p>");
    }

    [Fact]
    public async Task S13_TheFooterOfTheStatementsIsInvalidatedByTheirLayout_RevalidatePath()
    {
        await using var desk = await DeskHost.StartAsync();
        string[] pages = [Panels.Statement(Account), Panels.Statement(Account, Invoice), Panels.Statement("acc_1")];
        await desk.WarmAsync([.. pages, Panels.Summary(Account)]);

        var written = await desk.WriteAsync(HttpMethod.Put, "/api/admin/statements/footer", new { text = "Pay <by> Friday" });

        written.Data<SiteFooter>().Text.ShouldBe("Pay <by> Friday");
        written.ShouldHaveExpired("layout:/statements");
        written.Records[0].Call.ShouldBe("RevalidatePath");
        var tag = written.Header("Freshness-Tags")!;
        foreach (var page in pages)
        {
            (await TagsOfAsync(desk, page)).ShouldContain(tag, page);
            (await desk.Http.GetStringAsync(page)).ShouldContain("<footer id=\"footer\"><p>Pay &lt;by&gt; Friday</p></footer>");
        }
        foreach (var elsewhere in (string[])[Panels.Summary(Account), $"/plain/accounts/{Account}"]) (await TagsOfAsync(desk, elsewhere)).ShouldNotContain(tag);
        (await desk.Http.GetStringAsync($"/plain/accounts/{Account}")).ShouldNotContain("Friday");
        await desk.ShouldReloadOnlyAsync([.. pages, Panels.Summary(Account)]); // no cached query shows the footer
    }

    [Fact]
    public async Task AStatementIsRenderedOnceAndAgainWhenSomethingItShowsWasWritten()
    {
        await using var desk = await DeskHost.StartAsync();
        string[] pages = [Panels.Statement(Account), Panels.Statement(Account, Invoice), Panels.Statement("acc_1")];
        foreach (var page in pages) (await CacheStatusAsync(desk, page)).ShouldContain("stored", Case.Sensitive, page);
        foreach (var page in pages) (await CacheStatusAsync(desk, page)).ShouldContain("hit", Case.Sensitive, page);

        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/pay");

        (await CacheStatusAsync(desk, pages[0])).ShouldContain("fwd=");
        (await CacheStatusAsync(desk, pages[1])).ShouldContain("fwd=");
        (await CacheStatusAsync(desk, pages[2])).ShouldContain("hit"); // another account's

        await desk.WriteAsync(HttpMethod.Put, "/api/admin/statements/footer", new { text = "Pay by Friday" });

        foreach (var page in pages) (await CacheStatusAsync(desk, page)).ShouldContain("fwd=", Case.Sensitive, page);
    }

    [Fact]
    public async Task AFooterThatIsTooLongIs400AndInvalidatesNothing()
    {
        await using var desk = await DeskHost.StartAsync();
        var refused = await desk.WriteAsync(HttpMethod.Put, "/api/admin/statements/footer", new { text = new string('x', 501) });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.ShouldHaveInvalidatedNothing();
    }

    [Fact]
    public async Task ThePagesEncodeWhatTheDatabaseHolds()
    {
        const string Evil = "<script>\"'&";
        await using var desk = await DeskHost.StartAsync();
        var line = new { text = Evil, quantity = 2, unitCents = 150 };
        await desk.WriteAsync(HttpMethod.Put, $"/api/invoices/{Invoice}", new { memo = Evil, lines = new[] { line } }, headers: ("If-Match", "\"1\""));
        await desk.WriteBehindTheBackAsync($"UPDATE accounts SET name = '<script>\"''&' WHERE id = '{Account}'; UPDATE invoices SET number = '\"><b>' WHERE id = '{Invoice}'");

        foreach (var path in (string[])[Panels.Statement(Account), Panels.Statement(Account, Invoice)])
        {
            using var response = await desk.Http.GetAsync(path);
            var page = await response.Content.ReadAsStringAsync();
            page.ShouldStartWith("<!doctype html>\n<html lang=\"en\">");
            page.ShouldNotContain("<script");
            page.ShouldNotContain("<b>");
            page.ShouldContain("&lt;script&gt;&quot;&#x27;&amp;");
            page.ShouldContain("&quot;&gt;&lt;b&gt;");
            response.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
            response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        }
        (await desk.Http.GetStringAsync(Panels.Statement(Account, Invoice))).ShouldContain("id=\"total\">3.00 EUR</td>");
    }

    [Theory]
    [InlineData("acc_1", Invoice)]
    [InlineData("acc_99999", Invoice)]
    [InlineData(Account, "inv_99999")]
    public async Task AnInvoiceIsFoundUnderItsOwnAccountOnly(string account, string invoice)
    {
        await using var desk = await DeskHost.StartAsync();
        using var response = await desk.Http.GetAsync(Panels.Statement(account, invoice));
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task AgesAreCountedAnewAtMidnightThoughNothingWasWritten()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteBehindTheBackAsync($"UPDATE invoices SET due_on = '2026-01-15', paid_at = NULL WHERE account_id = '{Account}'");
        desk.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(30));
        (await desk.GetAsync(Panels.Statement(Account))).Body.ShouldContain("Not due yet</th><td class=\"sum\">30<");
        (await desk.GetAsync(Panels.Statement(Account))).Result.ShouldBe("hit");

        desk.Time.Advance(TimeSpan.FromSeconds(31));

        (await desk.GetAsync(Panels.Statement(Account))).Body.ShouldContain("1 to 30 days overdue</th><td class=\"sum\">30<");
    }

    private static string RowOf(string page) => page.Split('\n').Single(line => line.StartsWith($"<tr id=\"{Invoice}\"", StringComparison.Ordinal));

    private static async Task<string> CacheStatusAsync(DeskHost desk, string path)
    {
        using var response = await desk.Http.GetAsync(path);
        return response.Headers.GetValues("Cache-Status").Single();
    }

    private static async Task<string[]> TagsOfAsync(DeskHost desk, string path)
    {
        using var response = await desk.Http.GetAsync(path);
        return response.Headers.GetValues("Freshness-Tags").Single().Split(' ');
    }
}

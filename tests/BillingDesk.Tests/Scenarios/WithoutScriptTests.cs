using System.Text.RegularExpressions;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S35: the same guarantees through headers alone, and through a cookie for browsers without script.</summary>
public sealed partial class WithoutScriptTests
{
    private const string Account = SampleIds.Showcase;
    private const string Invoice = SampleIds.ShowcaseInvoice;

    [Fact]
    public async Task S35_AnApiThatCannotChangeItsBodyGivesTheSameGuaranteesInHeaders()
    {
        await using var desk = await DeskHost.StartAsync();
        var panels = Panels.Of(Account, Invoice, "user_88");
        await desk.WarmAsync(panels);

        var paid = await desk.WriteAsync(HttpMethod.Post, $"/legacy/invoices/{Invoice}/pay");

        paid.Status.ShouldBe(HttpStatusCode.OK);
        paid.Bare<InvoiceDetail>().Id.ShouldBe(Invoice);
        paid.Bare<InvoiceDetail>().Status.ShouldBe("paid");
        paid.Body.ShouldNotContain("freshness");
        paid.Header("Freshness-Events").ShouldBe($$"""[{"type":"invoice.paid","invoiceId":"{{Invoice}}","accountId":"{{Account}}"}]""");
        paid.Header("Set-Cookie").ShouldBeNull();
        paid.ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");

        var detail = await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice), paid.Token);
        detail.Value.ShouldBeEquivalentTo(paid.Bare<InvoiceDetail>());
        desk.Meter.Tokens("verified").ShouldBe(1);
        await desk.ShouldReloadOnlyAsync([.. panels.Except([Panels.Invoice(Invoice)])],
            Panels.Summary(Account), Panels.Badge(Account), Panels.Card(Account), Panels.List(Account), Panels.Search(Account, "BD"), Panels.Audit(Account),
            Panels.History(Invoice), Panels.Dashboard(Account), Panels.Statement(Account));
    }

    [Fact]
    public async Task S35_AFormPostWithRedirectAndNoScriptShowsItsOwnWrite()
    {
        await using var desk = await DeskHost.StartAsync();
        using var browser = desk.Browser();
        var before = await browser.GetStringAsync($"/plain/accounts/{Account}");
        RowOf(before).ShouldContain($"action=\"/plain/invoices/{Invoice}/pay\"");
        var unpaid = Forms().Count(before);

        using var landed = await browser.PostAsync($"/plain/invoices/{Invoice}/pay", new FormUrlEncodedContent([]));

        landed.RequestMessage!.Method.ShouldBe(HttpMethod.Get);
        landed.RequestMessage.RequestUri!.AbsolutePath.ShouldBe($"/plain/accounts/{Account}");
        var after = await landed.Content.ReadAsStringAsync();
        RowOf(after).ShouldContain("<td>paid</td>");
        RowOf(after).ShouldNotContain("<form");
        Forms().Count(after).ShouldBe(unpaid - 1);
        var record = (await desk.RecordsAsync(after: 0)).ShouldHaveSingleItem();
        record.Invalidations.Select(each => each.Tag.Text).ShouldBe([$"invoice:{Invoice}", $"account-invoices:{Account}"]);
        desk.Meter.Tokens("verified").ShouldBe(1); // the redirected read brought the cookie
    }

    [Fact]
    public async Task S35_TheRedirectCarriesTheTokenInAShortLivedCookieThatScriptsCannotRead()
    {
        await using var desk = await DeskHost.StartAsync();

        var paid = await desk.WriteAsync(HttpMethod.Post, $"/plain/invoices/{Invoice}/pay");

        paid.Status.ShouldBe(HttpStatusCode.SeeOther);
        paid.Header("Location").ShouldBe($"/plain/accounts/{Account}");
        paid.ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");
        var cookie = paid.Header("Set-Cookie")!.Split("; ");
        cookie[0].ShouldBe($"freshness-token={paid.Token}");
        cookie.ShouldContain("max-age=60");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
    }

    [Fact]
    public async Task S35_TheCookieTurnsAStaleAnswerIntoAFreshOneAsTheHeaderDoes()
    {
        await using var desk = await DeskHost.StartAsync();
        using var browser = desk.Browser();
        await desk.WarmAsync(Panels.Profile("user_88"), Panels.Profile("user_1"));
        foreach (var user in (string[])["user_88", "user_1"])
            await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", new { userId = user, name = "Told" }, headers: ("X-Hook-Secret", DeskHost.HookSecret));
        using (await browser.PostAsync($"/plain/invoices/{Invoice}/pay", null)) { }

        var with = await desk.ReadAsync<UserProfile>(Panels.Profile("user_88"), client: browser);
        var without = await desk.ReadAsync<UserProfile>(Panels.Profile("user_1"));

        (with.Value.Name, with.Result).ShouldBe(("Told", "miss"));
        without.Value.Name.ShouldNotBe("Told");
    }

    [Fact]
    public async Task ThePageEncodesWhatTheDatabaseHolds()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteAsync(HttpMethod.Put, "/api/plans/plan_scale", new { name = "<script>\"&", monthlyCents = 1 });
        await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/plan", new { planId = "plan_scale" });
        await desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "<script>alert(1)</script>" });

        using var response = await desk.Http.GetAsync($"/plain/accounts/{Account}");
        var page = await response.Content.ReadAsStringAsync();

        page.ShouldNotContain("<script");
        page.ShouldContain("&lt;script&gt;&quot;&amp;");
        page.ShouldContain("<html lang=\"en\">");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    private static string RowOf(string page) => page.Split('\n').Single(line => line.StartsWith($"<tr id=\"{Invoice}\"", StringComparison.Ordinal));

    [GeneratedRegex("<form ")]
    private static partial Regex Forms();
}

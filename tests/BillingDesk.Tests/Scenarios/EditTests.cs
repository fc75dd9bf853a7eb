namespace BillingDesk.Tests.Scenarios;

/// <summary>S1 and S33: editing an invoice.</summary>
public sealed class EditTests
{
    private const string Invoice = SampleIds.ShowcaseInvoice;
    private const string Account = SampleIds.Showcase;

    private static readonly object _edit = new { memo = "Agreed anew.", lines = new[] { new { text = "Work", quantity = 3, unitCents = 1_250 } } };

    [Fact]
    public async Task S1_AnEditShowsInListAndDetailOnTheVeryNextReadAndExpiresExactlyTwoTags()
    {
        await using var desk = await DeskHost.StartAsync();
        var panels = Panels.Of(Account, Invoice, "user_88");
        await desk.WarmAsync(panels);
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;

        var edit = await desk.WriteAsync(HttpMethod.Put, Panels.Invoice(Invoice), _edit, headers: ("If-Match", $"\"{before.Version}\""));

        var answered = edit.Data<InvoiceDetail>("invoice.edited");
        answered.AmountCents.ShouldBe(3_750);
        before.AmountCents.ShouldNotBe(3_750);
        edit.Header("ETag").ShouldBe($"\"{before.Version + 1}\"");
        edit.ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");

        var list = await desk.ReadAsync<List<InvoiceRow>>(Panels.List(Account));
        var detail = await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice));
        list.Value.Single(row => row.Id == Invoice).AmountCents.ShouldBe(3_750);
        detail.Value.ShouldBeEquivalentTo(answered);
        (list.Result, detail.Result).ShouldBe(("miss", "miss"));
        detail.Headers.ETag!.Tag.ShouldBe($"\"{answered.Version}\"");

        await desk.ShouldReloadOnlyAsync([.. panels.Except([Panels.List(Account), Panels.Invoice(Invoice)])],
            Panels.Summary(Account), Panels.Badge(Account), Panels.Card(Account), Panels.Search(Account, "BD"), Panels.Audit(Account),
            Panels.History(Invoice), Panels.Dashboard(Account), Panels.Statement(Account));
    }

    [Fact]
    public async Task S33_TheLaterOfTwoEditsGetsTheCurrentInvoiceAndInvalidatesNothing()
    {
        await using var desk = await DeskHost.StartAsync();
        var panels = Panels.Of(Account, Invoice, "user_88");
        var seen = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Headers.ETag!.Tag;
        var first = await desk.WriteAsync(HttpMethod.Put, Panels.Invoice(Invoice), _edit, headers: ("If-Match", seen));
        var current = first.Data<InvoiceDetail>("invoice.edited");
        await desk.WarmAsync(panels);

        var second = await desk.WriteAsync(HttpMethod.Put, Panels.Invoice(Invoice), _edit, headers: ("If-Match", seen));

        second.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        second.Bare<InvoiceDetail>().ShouldBeEquivalentTo(current);
        second.Header("ETag").ShouldBe($"\"{current.Version}\"");
        second.ShouldHaveInvalidatedNothing();
        await desk.ShouldReloadOnlyAsync(panels);
    }

    [Fact]
    public async Task S33_OfTwoEditsAtOnceOneWinsAndOneGetsTheWinnersVersion()
    {
        await using var desk = await DeskHost.StartAsync();
        var seen = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Headers.ETag!.Tag;

        var edits = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            desk.WriteAsync(HttpMethod.Put, Panels.Invoice(Invoice), _edit, headers: ("If-Match", seen))));

        var winner = edits.Single(edit => edit.Status == HttpStatusCode.OK).Data<InvoiceDetail>("invoice.edited");
        foreach (var loser in edits.Where(edit => edit.Status != HttpStatusCode.OK))
        {
            loser.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
            loser.Bare<InvoiceDetail>().Version.ShouldBe(winner.Version);
        }
        (await desk.RecordsAsync(after: 0)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task S33_PayingTwiceIsAConflictAndInvalidatesNothing()
    {
        await using var desk = await DeskHost.StartAsync();
        var panels = Panels.Of(Account, Invoice, "user_88");
        (await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/pay")).ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");
        await desk.WarmAsync(panels);

        foreach (var path in (string[])["api", "legacy", "plain"])
        {
            var again = await desk.WriteAsync(HttpMethod.Post, $"/{path}/invoices/{Invoice}/pay");
            again.Status.ShouldBe(HttpStatusCode.Conflict);
            again.ContentType.ShouldBe(path == "plain" ? "text/html" : "application/problem+json");
            again.ShouldHaveInvalidatedNothing();
        }
        await desk.ShouldReloadOnlyAsync(panels);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.PreconditionRequired)]
    [InlineData("*", HttpStatusCode.BadRequest)]
    [InlineData("1", HttpStatusCode.BadRequest)]
    [InlineData("\"1\", \"2\"", HttpStatusCode.BadRequest)]
    [InlineData("W/\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"abc\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"99999999999999999999999\"", HttpStatusCode.PreconditionFailed)]
    public async Task AnEditMustNameExactlyOneVersion(string? ifMatch, HttpStatusCode expected)
    {
        await using var desk = await DeskHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, Panels.Invoice(Invoice)) { Content = JsonContent.Create(_edit) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);

        using var response = await desk.Http.SendAsync(request);

        response.StatusCode.ShouldBe(expected);
        desk.Position.ShouldBe(0);
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.Version.ShouldBe(1);
    }
}

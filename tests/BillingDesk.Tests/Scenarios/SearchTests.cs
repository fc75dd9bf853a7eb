namespace BillingDesk.Tests.Scenarios;

/// <summary>S7: a search over all accounts follows what its rows show, and nothing else.</summary>
public sealed class SearchTests
{
    private static readonly string[] _searches =
    [
        Panels.Find("BD-00123"), Panels.Find("BD-0012"), Panels.Find("BD-00999"), Panels.Find("user_188@"), Panels.Find("user_88@"), Panels.Find("user_288@"),
        Panels.Find("nothing at all"),
    ];

    [Fact]
    public async Task S7_AnInvoiceThatIsPaidOrEditedRefreshesTheSearchesThatShowIt()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_searches);

        (await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay")).ShouldHaveExpired("invoice:inv_123", "account-invoices:acc_88");
        await desk.ShouldReloadOnlyAsync(_searches, _searches[0], _searches[1]);
        (await desk.ReadAsync<SearchFindings>(_searches[1])).Value.Invoices.Single(found => found.Id == "inv_123").Status.ShouldBe("paid");

        var line = new { text = "Work", quantity = 1, unitCents = 77 };
        await desk.WriteAsync(HttpMethod.Put, "/api/invoices/inv_123", new { memo = "", lines = new[] { line } }, headers: ("If-Match", "\"2\""));
        await desk.ShouldReloadOnlyAsync(_searches, _searches[0], _searches[1]);
        (await desk.ReadAsync<SearchFindings>(_searches[0])).Value.Invoices[0].AmountCents.ShouldBe(77);
    }

    [Fact]
    public async Task S7_ARoleOrANameRefreshesTheSearchesThatShowThatPerson()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_searches);

        await desk.WriteAsync(HttpMethod.Post, $"{Panels.Members("acc_88")}/user_188/role", new { role = "viewer" });
        await desk.ShouldReloadOnlyAsync(_searches, Panels.Find("user_188@"));
        (await FoundAsync(desk, "user_188@")).Organisations.Single(row => row.OrgId == "acc_88").Role.ShouldBe("viewer");

        await desk.WriteAsync(HttpMethod.Put, Panels.Profile("user_288"), new { name = "Anew" });
        await desk.ShouldReloadOnlyAsync(_searches, Panels.Find("user_288@"));
        (await FoundAsync(desk, "user_288@")).Name.ShouldBe("Anew");
    }

    [Fact]
    public async Task WhoMatchesOnlyNowIsFoundWithinAMinute()
    {
        await using var desk = await DeskHost.StartAsync();
        var search = Panels.Find("Wholly%20New");
        await desk.WarmAsync(search);

        await desk.WriteAsync(HttpMethod.Put, Panels.Profile("user_88"), new { name = "Wholly New" });

        (await desk.GetAsync(search)).Result.ShouldBe("hit"); // no row of it names that person
        desk.Time.Advance(TimeSpan.FromMinutes(1) * 1.11); // with the jitter
        (await FoundAsync(desk, "Wholly%20New")).UserId.ShouldBe("user_88");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?q=")]
    [InlineData("?q=%20a%20")]
    [InlineData("?q=a%0Ab")]
    public async Task ATextThatIsNoneIs400AndIsNotStored(string query)
    {
        await using var desk = await DeskHost.StartAsync();
        using var response = await desk.Http.GetAsync($"/api/search{query}");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        desk.Meter.Entries.ShouldBe(0);
    }

    private static async Task<FoundPerson> FoundAsync(DeskHost desk, string text) =>
        (await desk.ReadAsync<SearchFindings>(Panels.Find(text))).Value.People.ShouldHaveSingleItem();
}

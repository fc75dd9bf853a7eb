using System.Text.Json.Nodes;

namespace BillingDesk.Tests.Http;

/// <summary>Bad input gets a clear answer, is not stored, and does not reach the log.</summary>
public sealed class BadInputTests
{
    private const string Secret = "Secret words of a customer";

    /// <summary>Every read with an id in its path.</summary>
    public static TheoryData<string> Reads =>
    [
        "/api/accounts/{0}/summary", "/api/accounts/{0}/badge", "/api/accounts/{0}/card", "/api/accounts/{0}/invoices",
        "/api/accounts/{0}/invoices/search?q=x", "/api/accounts/{0}/recommendations", "/api/accounts/{0}/audit",
        "/api/invoices/{0}", "/api/orgs/{0}/members", "/api/users/{0}/organisations", "/api/users/{0}/profile", "/plain/accounts/{0}",
        "/api/accounts/{0}/subscription", "/api/accounts/{0}/usage", "/api/accounts/{0}/dashboard", "/api/invoices/{0}/history", "/statements/{0}",
    ];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task AnUnknownIdIs404AndIsNotStored(string pattern)
    {
        await using var desk = await DeskHost.StartAsync();

        foreach (var id in (string[])["nope", "acc_99999", "%20", "' OR 1=1 --"])
        {
            var problem = await ProblemAsync(desk, Path(pattern, id), HttpStatusCode.NotFound);
            problem["status"]!.GetValue<int>().ShouldBe(404);
        }
        desk.Meter.Entries.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task AnIdThatCannotBeAKeyIs400AndIsNotStored(string pattern)
    {
        await using var desk = await DeskHost.StartAsync();

        foreach (var id in (string[])["%0A", "acc%0D%0A88", "%7F", "%C2%85", new string('a', 513)])
            (await ProblemAsync(desk, Path(pattern, id), HttpStatusCode.BadRequest))["code"]!.GetValue<string>().ShouldBe("invalid-key");
        desk.Meter.Entries.ShouldBe(0);
        desk.Meter.Loads.ShouldBe(0);
    }

    [Fact]
    public async Task ASearchTextThatIsTooLongIs400AndABlankOneIsTheList()
    {
        await using var desk = await DeskHost.StartAsync();

        (await ProblemAsync(desk, Panels.Search("acc_88", new string('a', 513)), HttpStatusCode.BadRequest))["code"]!.GetValue<string>().ShouldBe("invalid-key");

        await desk.WarmAsync(Panels.List("acc_88"));
        var list = (await desk.ReadAsync<List<InvoiceRow>>(Panels.List("acc_88"))).Value;
        foreach (var path in (string[])["/api/accounts/acc_88/invoices/search", Panels.Search("acc_88", ""), Panels.Search("acc_88", "%20%20")])
        {
            var found = await desk.ReadAsync<List<InvoiceRow>>(path);
            found.Value.ShouldBe(list);
            found.Result.ShouldBe("hit");
        }
    }

    [Theory]
    [InlineData("Freshness-Token", "forged", "invalid-token")]
    [InlineData("Freshness-Token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid-token")]
    [InlineData("Freshness-Minimum-Version", "-1", "invalid-minimum-version")]
    [InlineData("Freshness-Minimum-Version", "new", "invalid-minimum-version")]
    public async Task ARequirementThatIsNoneIs400(string header, string value, string code)
    {
        await using var desk = await DeskHost.StartAsync();
        (await ProblemAsync(desk, Panels.Summary("acc_88"), HttpStatusCode.BadRequest, header, value))["code"]!.GetValue<string>().ShouldBe(code);
    }

    [Fact]
    public async Task ATokenWhosePositionWasMovedIs400()
    {
        await using var desk = await DeskHost.StartAsync();
        var token = (await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay")).Token!;
        (await desk.ReadAsync<AccountSummary>(Panels.Summary("acc_88"), token)).Value.AccountId.ShouldBe("acc_88");

        var bytes = Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/'));
        bytes[28] += 100; // the last byte of the position
        var forged = Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');

        (await ProblemAsync(desk, Panels.Summary("acc_88"), HttpStatusCode.BadRequest, "Freshness-Token", forged))["code"]!.GetValue<string>().ShouldBe("invalid-token");
        (await ProblemAsync(desk, Panels.Summary("acc_88"), HttpStatusCode.BadRequest, "Freshness-Token", token[..^1]))["code"]!.GetValue<string>().ShouldBe("invalid-token");
    }

    [Theory]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>"}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":null}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[null]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[{"text":"a","quantity":1}]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[{"text":"a","quantity":-1,"unitCents":5}]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[{"text":"a","quantity":1,"unitCents":99999999999999999999}]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>","lines":[{"text":"\u0000","quantity":1,"unitCents":5}]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret> \ud800","lines":[{"text":"a","quantity":1,"unitCents":5}]}""")]
    [InlineData("PUT", "/api/invoices/inv_123", """{"memo":"<secret>" """)]
    [InlineData("POST", "/api/accounts/acc_88/plan", """{"planId":"<secret>"}""")]
    [InlineData("POST", "/api/accounts/acc_88/plan", """{"planId":null}""")]
    [InlineData("POST", "/api/accounts/acc_88/plan", "{}")]
    [InlineData("POST", "/api/accounts/acc_88/plan", "null")]
    [InlineData("POST", "/api/orgs/acc_88/members/user_188/role", """{"role":"<secret>"}""")]
    [InlineData("POST", "/api/orgs/acc_88/members/user_188/role", """{"role":7}""")]
    [InlineData("PUT", "/api/users/user_88/profile", """{"name":"<secret>\n"}""")]
    [InlineData("PUT", "/api/users/user_88/profile", """{"name":""}""")]
    [InlineData("POST", "/api/users/user_88/display-name", """{"name":"<secret>\u0000"}""")]
    [InlineData("PUT", "/api/plans/plan_pro", """{"name":"<secret>"}""")]
    [InlineData("PUT", "/api/plans/plan_pro", """{"name":"<secret>","monthlyCents":-1}""")]
    [InlineData("PUT", "/api/plans/plan_pro", """{"name":"\u0000<secret>","monthlyCents":1}""")]
    [InlineData("POST", "/api/widgets/feedback", """{"text":" "}""")]
    [InlineData("PUT", "/api/site/footer", "[]")]
    [InlineData("PUT", "/api/admin/statements/footer", "{}")]
    [InlineData("PUT", "/api/admin/statements/footer", """{"text":null}""")]
    [InlineData("POST", "/api/accounts/acc_88/usage", """{"units":0}""")]
    [InlineData("POST", "/api/accounts/acc_88/usage", """{"units":1000001}""")]
    [InlineData("POST", "/api/accounts/acc_88/usage", """{"units":"<secret>"}""")]
    [InlineData("POST", "/api/accounts/acc_88/usage", "{}")]
    public async Task ABodyThatMakesNoSenseIs400ChangesNothingAndIsNotLogged(string method, string path, string json)
    {
        await using var desk = await DeskHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = new StringContent(json.Replace("<secret>", Secret, StringComparison.Ordinal), null, "application/json"),
        };
        request.Headers.Add("If-Match", "\"1\"");

        using var response = await desk.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain(Secret);
        desk.Position.ShouldBe(0);
        desk.Lines.All.ShouldAllBe(line => !line.Text.Contains(Secret));
        desk.Lines.All.ShouldNotContain(line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error && !line.Text.Contains("SQLite Error 19"));
    }

    [Theory]
    [InlineData("POST", "/api/invoices/nope/pay", null)]
    [InlineData("POST", "/api/invoices/%0A/pay", null)]
    [InlineData("POST", "/legacy/invoices/nope/pay", null)]
    [InlineData("POST", "/plain/invoices/nope/pay", null)]
    [InlineData("PUT", "/api/invoices/nope", """{"memo":"","lines":[{"text":"a","quantity":1,"unitCents":5}]}""")]
    [InlineData("POST", "/api/accounts/nope/usage", """{"units":1}""")]
    [InlineData("POST", "/api/accounts/nope/plan", """{"planId":"plan_pro"}""")]
    [InlineData("POST", "/api/orgs/nope/members/user_88/role", """{"role":"viewer"}""")]
    [InlineData("POST", "/api/orgs/acc_88/members/nope/role", """{"role":"viewer"}""")]
    [InlineData("DELETE", "/api/orgs/acc_88/members/nope", null)]
    [InlineData("PUT", "/api/users/nope/profile", """{"name":"New"}""")]
    [InlineData("POST", "/api/users/nope/display-name", """{"name":"New"}""")]
    [InlineData("PUT", "/api/plans/nope", """{"name":"New","monthlyCents":1}""")]
    public async Task AWriteToAnUnknownIdIs404AndInvalidatesNothing(string method, string path, string? json)
    {
        await using var desk = await DeskHost.StartAsync();
        var written = await desk.WriteAsync(new HttpMethod(method), path, json is null ? null : JsonNode.Parse(json), headers: ("If-Match", "\"1\""));

        written.Status.ShouldBe(HttpStatusCode.NotFound);
        written.ContentType.ShouldBe("application/problem+json");
        written.ShouldHaveInvalidatedNothing();
    }

    [Fact]
    public async Task AUserWhoDoesNotExistIs400()
    {
        await using var desk = await DeskHost.StartAsync();
        var written = await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay", headers: ("X-Desk-User", "nobody"));
        written.Status.ShouldBe(HttpStatusCode.BadRequest);
        written.ShouldHaveInvalidatedNothing();
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice("inv_123"))).Value.PaidAt.ShouldBeNull();
    }

    private static string Path(string pattern, string id) =>
        pattern.Replace("{0}", id.StartsWith('%') || id.Contains("%0", StringComparison.Ordinal) ? id : Uri.EscapeDataString(id), StringComparison.Ordinal);

    private static async Task<JsonNode> ProblemAsync(DeskHost desk, string path, HttpStatusCode expected, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null) request.Headers.Add(header, value);
        using var response = await desk.Http.SendAsync(request);
        response.StatusCode.ShouldBe(expected, path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}

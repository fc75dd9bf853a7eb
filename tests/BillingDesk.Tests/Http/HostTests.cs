using System.Text.Json;
using System.Text.Json.Nodes;
using BillingDesk.Server;
using Freshet.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Tests.Http;

/// <summary>What belongs to no team: the page, health, the demo user, start and reset.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task WithoutABuiltPageTheRootSaysHowToBuildIt()
    {
        await using var desk = await DeskHost.StartAsync();
        (await desk.Http.GetStringAsync("/")).ShouldContain("npm --prefix samples/BillingDesk/page run build");
        (await desk.Http.GetAsync("/assets/nothing.js")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ABuiltPageIsServedFromItsFolder()
    {
        var folder = Directory.CreateTempSubdirectory("billing-desk-page-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "index.html"), "<!doctype html><title>built</title>");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "app-1a2b.js"), "let page");
        await using (var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:Page", folder.FullName]))
        {
            using var index = await desk.Http.GetAsync("/");
            (await index.Content.ReadAsStringAsync()).ShouldContain("<title>built</title>");
            index.Headers.CacheControl!.NoCache.ShouldBeTrue();
            using var script = await desk.Http.GetAsync("/app-1a2b.js");
            script.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromDays(365));
            (await desk.Http.GetAsync("/../appsettings.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await desk.Http.GetAsync("/nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task ThePageBringsAlongWhatItsFirstPanelsShowAndNoNameEndsTheElementItLiesIn()
    {
        var folder = Directory.CreateTempSubdirectory("billing-desk-page-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "index.html"), "<!doctype html><body><main></main></body>");
        await using (var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:Page", folder.FullName]))
        {
            (await desk.Http.PostAsJsonAsync("/api/users/user_88/display-name", new { name = "Ada </script><b>" })).EnsureSuccessStatusCode();

            var page = await desk.Http.GetStringAsync("/?account=acc_88");

            page.ShouldEndWith("</script></body>");
            page.Split("</script>").Length.ShouldBe(2);
            using var embedded = JsonDocument.Parse(page.Split("\"read-for-the-page\">")[1].Split("</script>")[0]);
            embedded.RootElement.EnumerateArray().Select(each => each.GetProperty("key")[0].GetString())
                .ShouldBe(["account-summary", "header-badge", "invoice-list", "team-members"]);
            embedded.RootElement[3].GetProperty("data").GetRawText().ShouldContain("Ada ");
            embedded.RootElement[0].GetProperty("answer").GetProperty("tags").GetArrayLength().ShouldBeGreaterThan(0);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task AnswersStayOutOfHttpCaches()
    {
        await using var desk = await DeskHost.StartAsync();
        foreach (var path in (string[])[Panels.Summary("acc_88"), Panels.Invoice("inv_1"), "/api/accounts", "/plain/accounts/acc_88", "/api/nothing"])
        {
            using var response = await desk.Http.GetAsync(path);
            response.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
        }
    }

    [Fact]
    public async Task ItIsHealthyWhileTheDatabaseAnswers()
    {
        await using var desk = await DeskHost.StartAsync();
        (await desk.Http.GetStringAsync("/health")).ShouldBe("Healthy");
    }

    [Fact]
    public async Task TheAccountPickerIsNotCached()
    {
        await using var desk = await DeskHost.StartAsync();
        using var response = await desk.Http.GetAsync("/api/accounts?search=acc_88");
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray().ShouldHaveSingleItem()!["id"]!.GetValue<string>().ShouldBe("acc_88");
        response.Headers.Contains("Freshness-Position").ShouldBeFalse();
        (await desk.Http.GetFromJsonAsync<List<AccountName>>("/api/accounts"))!.Count.ShouldBe(20);
        (await desk.Http.GetFromJsonAsync<List<AccountName>>("/api/accounts?limit=3"))!.Count.ShouldBe(3);
        (await desk.Http.GetAsync("/api/accounts?limit=many")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task ReadsSayWhereTheyStandAndWhatTheyDependOn()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "x" });
        var first = await desk.ReadAsync<HeaderBadge>(Panels.Badge("acc_88"));
        await desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "y" });
        var second = await desk.ReadAsync<HeaderBadge>(Panels.Badge("acc_88"));

        first.Headers.GetValues("Freshness-Position").ShouldBe(["1-1"]);
        second.Headers.GetValues("Freshness-Position").ShouldBe(["1-2"]);
        second.Result.ShouldBe("hit");
        var paid = await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay");
        var tags = first.Headers.GetValues("Freshness-Tags").Single().Split(' ');
        paid.Header("Freshness-Tags")!.Split(' ').Intersect(tags).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task TheActorIsDemoUnlessTheHeaderNamesASeededUser()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_88/plan", new { planId = "plan_pro" });
        await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_88/plan", new { planId = "plan_team" }, headers: ("X-Desk-User", "user_88"));

        var name = (await desk.ReadAsync<UserProfile>(Panels.Profile("user_88"))).Value.Name;
        (await desk.RecordsAsync(after: 0)).Select(record => record.Actor).ShouldBe(["demo", name]);
        (await desk.ReadAsync<List<AuditEntry>>(Panels.Audit("acc_88"))).Value.Take(2).Select(entry => entry.Actor).ShouldBe([name, "demo"]);
    }

    [Fact]
    public void ResetIsTakenOutOfTheCommandLineWhereverItStands()
    {
        StartOptions.From(["--urls", "http://127.0.0.1:0"]).Reset.ShouldBeFalse();
        foreach (var arguments in (string[][])[["--reset", "--urls", "u"], ["--urls", "u", "--reset"]])
        {
            var start = StartOptions.From(arguments);
            start.Reset.ShouldBeTrue();
            start.Arguments.ShouldBe(["--urls", "u"]);
        }
    }

    [Fact]
    public async Task AResetSeedsAnewAndAStartWithoutOneKeepsWhatWasWritten()
    {
        var folder = Directory.CreateTempSubdirectory("billing-desk-reset-");
        string[] arguments = ["--urls", "http://127.0.0.1:0", "--BillingDesk:Database", Path.Combine(folder.FullName, "made", "desk.db")];

        (await FooterAfterAsync(StartOptions.From(arguments), write: "written")).ShouldContain("written");
        (await FooterAfterAsync(StartOptions.From(arguments), write: null)).ShouldContain("written");
        (await FooterAfterAsync(StartOptions.From(["--reset", .. arguments]), write: null)).ShouldContain("a sample for Freshet");
        folder.Delete(recursive: true);
    }

    private static async Task<string> FooterAfterAsync(StartOptions start, string? write)
    {
        await using var app = BillingDeskApp.Build(start, builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(new TestTimeProvider());
            builder.Logging.ClearProviders();
        });
        await BillingDeskApp.PrepareAsync(app, start);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        if (write is not null) (await http.PutAsJsonAsync("/api/site/footer", new { text = write })).EnsureSuccessStatusCode();
        var page = await http.GetStringAsync("/plain/accounts/acc_88");
        return page[(page.IndexOf("<footer", StringComparison.Ordinal))..];
    }
}

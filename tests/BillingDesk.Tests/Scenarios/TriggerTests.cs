using System.Text.Json.Nodes;
using BillingDesk.Workspace;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S10 and S13: who is watching decides which call it is.</summary>
public sealed class TriggerTests
{
    private const string User = "user_88";
    private const string Org = SampleIds.Showcase;

    private static readonly string[] _panels = [.. Panels.Of(Org, SampleIds.ShowcaseInvoice, User), Panels.Profile("user_1"), Panels.Members("acc_1")];

    [Fact]
    public async Task S13_AUserWhoTypesTheirNameSeesItAtOnce_UpdateTag()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);

        var renamed = await desk.WriteAsync(HttpMethod.Post, $"/api/users/{User}/display-name", new { name = "Typed" });

        renamed.Data<UserProfile>().Name.ShouldBe("Typed");
        renamed.ShouldHaveExpired($"profile:{User}");
        renamed.Records[0].Call.ShouldBe("UpdateTag");
        // The member list shows the name too: it carries the profile tags of those it shows, found while loading.
        await desk.ShouldReloadOnlyAsync(_panels, Panels.Profile(User), Panels.Members(Org), Panels.Dashboard(Org));
        (await desk.ReadAsync<List<MemberRow>>(Panels.Members(Org))).Value.ShouldContain(row => row.UserId == User && row.Name == "Typed");
    }

    [Fact]
    public async Task S13_TheIdentityProvidersWebhookCostsOneStaleAnswer_RevalidateTag()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);
        var old = (await desk.ReadAsync<UserProfile>(Panels.Profile(User))).Value;

        var told = await TellAsync(desk, "Told");

        told.Status.ShouldBe(HttpStatusCode.OK);
        told.Bare<UserProfile>().Name.ShouldBe("Told");
        told.ShouldHaveMarkedStale($"profile:{User}");
        told.Records[0].Trigger.ShouldBe(TriggerKind.Webhook);
        told.Records[0].Call.ShouldBe("RevalidateTag");
        told.Records[0].Invalidations[0].Deadline.ShouldBe(Profile.Minutes.Expire);

        // Nobody read yet, so nobody loaded. The next viewer starts the load and sees the old name once; those after the load see the new.
        var loads = desk.Meter.Loads;
        var next = await desk.ReadAsync<UserProfile>(Panels.Profile(User));
        next.Value.ShouldBe(old);
        next.Result.ShouldContain("stale");
        var later = next;
        while (later.Result.Contains("stale", StringComparison.Ordinal)) later = await desk.ReadAsync<UserProfile>(Panels.Profile(User));
        later.Value.Name.ShouldBe("Told");
        (desk.Meter.Loads - loads).ShouldBe(1);
        await desk.ShouldReloadOnlyAsync([.. _panels.Except([Panels.Members(Org), Panels.Dashboard(Org)])]);
    }

    [Fact]
    public async Task S13_AWidgetOnAPageWithoutCachedReadsOnlyAsksForAnotherRendering_Refresh()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);

        var sent = await desk.WriteAsync(HttpMethod.Post, "/api/widgets/feedback", new { text = "Good." });

        sent.Data<Dictionary<string, string>>()["id"].ShouldBe("fb_1");
        sent.Header("Freshness-Refresh").ShouldBe("true");
        sent.ShouldHaveInvalidatedNothing();
        await desk.ShouldReloadOnlyAsync(_panels);
    }

    [Fact]
    public async Task S13_TheFooterOfARouteGroupIsInvalidatedByItsLayout_RevalidatePath()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);
        var pageTags = TagsOf(await desk.Http.GetAsync($"/plain/accounts/{Org}"));
        var otherPageTags = TagsOf(await desk.Http.GetAsync("/plain/accounts/acc_1"));
        var apiTags = TagsOf(await desk.Http.GetAsync(Panels.Summary(Org)));

        var written = await desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "Closed <on> Mondays" });

        written.Data<SiteFooter>().Text.ShouldBe("Closed <on> Mondays");
        written.ShouldHaveExpired("layout:/plain");
        written.Records[0].Call.ShouldBe("RevalidatePath");
        // What a browser keeps of any page of the group is outdated by it, and nothing else is.
        var tag = written.Header("Freshness-Tags")!;
        pageTags.ShouldContain(tag);
        otherPageTags.ShouldContain(tag);
        apiTags.ShouldNotContain(tag);
        (await desk.Http.GetStringAsync($"/plain/accounts/{Org}")).ShouldContain("Closed &lt;on&gt; Mondays");
        await desk.ShouldReloadOnlyAsync(_panels);
    }

    [Fact]
    public async Task S10_AWebhookThatCallsUpdateTagIsToldToUseRevalidateTagAndNothingIsWrittenHalf()
    {
        await using var desk = await DeskHost.StartAsync(map: MapWrongHook, arguments: ["--environment", "Development"]);
        await desk.WarmAsync(_panels);
        var old = (await desk.ReadAsync<UserProfile>(Panels.Profile(User))).Value;

        var refused = await desk.WriteAsync(HttpMethod.Post, "/hooks/wrong");

        refused.Status.ShouldBe(HttpStatusCode.InternalServerError);
        var problem = JsonNode.Parse(refused.Body)!;
        problem["code"]!.GetValue<string>().ShouldBe("wrong-trigger");
        problem["detail"]!.GetValue<string>().ShouldContain("RevalidateTag");
        refused.ShouldHaveInvalidatedNothing();
        await desk.ShouldReloadOnlyAsync(_panels);

        desk.Time.Advance(TimeSpan.FromMinutes(12)); // past every medium time to live, so this is what the database says
        var stored = await desk.ReadAsync<UserProfile>(Panels.Profile(User));
        stored.Result.ShouldBe("miss");
        stored.Value.ShouldBe(old);
    }

    [Fact]
    public async Task AWebhookWithoutTheSecretIsRefusedBeforeItsBodyIsRead()
    {
        await using var desk = await DeskHost.StartAsync();
        await using var unconfigured = await DeskHost.StartAsync(arguments: ["--BillingDesk:IdentityHookSecret", ""]);
        object body = new { userId = User, name = "Forged" };

        foreach (var attempt in (Written[])
        [
            await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", body),
            await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", "not a name at all"),
            await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", body, headers: ("X-Hook-Secret", DeskHost.HookSecret + "!")),
            await unconfigured.WriteAsync(HttpMethod.Post, "/hooks/identity", body, headers: ("X-Hook-Secret", "")),
            await unconfigured.WriteAsync(HttpMethod.Post, "/hooks/identity", body, headers: ("X-Hook-Secret", DeskHost.HookSecret)),
        ])
        {
            attempt.Status.ShouldBe(HttpStatusCode.Unauthorized);
            attempt.ShouldHaveInvalidatedNothing();
        }
        (await desk.ReadAsync<UserProfile>(Panels.Profile(User))).Value.Name.ShouldNotBe("Forged");
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("""{"userId":"user_88","name":"\n"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"userId":"user_9999","name":"New"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"userId":null,"name":"New"}""", HttpStatusCode.NotFound)]
    public async Task AWebhookThatMakesNoSenseChangesNothing(string json, HttpStatusCode expected)
    {
        await using var desk = await DeskHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/identity") { Content = new StringContent(json, null, "application/json") };
        request.Headers.Add("X-Hook-Secret", DeskHost.HookSecret);

        using var response = await desk.Http.SendAsync(request);

        response.StatusCode.ShouldBe(expected);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        desk.Position.ShouldBe(0);
    }

    private static Task<Written> TellAsync(DeskHost desk, string name) =>
        desk.WriteAsync(HttpMethod.Post, "/hooks/identity", new { userId = User, name }, headers: ("X-Hook-Secret", DeskHost.HookSecret));

    /// <summary>A webhook as somebody might first write it: inside its transaction it calls what only user actions may.</summary>
    private static void MapWrongHook(WebApplication app) =>
        app.MapPost("/hooks/wrong", async (DeskTransactions transactions, ProfileWrites profiles, IFreshet freshet, CancellationToken ct) =>
        {
            await using var webhook = freshet.BeginWebhook("POST /hooks/wrong");
            var renamed = await transactions.RunAsync(async _ =>
            {
                var change = await profiles.RenameAsync(User, "Half", "wrong hook", ct);
                freshet.UpdateTag(WorkspaceCatalog.Profile.For(User));
                return change;
            }, ct);
            await webhook.CompleteAsync();
            return Results.Ok(renamed);
        });

    private static string[] TagsOf(HttpResponseMessage response)
    {
        using (response)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return response.Headers.GetValues("Freshness-Tags").Single().Split(' ');
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Freshet;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S29: an emergency flush over the running desk.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData("query", "account-summary", new[] { "summary 88", "summary 42", "dashboard" }, "all-of-query:account-summary")]
    [InlineData("tag", "account:acc_88", new[] { "summary 88", "card 88", "dashboard" }, "account:acc_88")]
    [InlineData("tagKind", "account", new[] { "summary 88", "summary 42", "card 88", "dashboard" }, "all-of-kind:account")]
    public async Task S29_AFlushInvalidatesItsScopeAloneAsksForAReasonShowsItFirstAndIsRecorded(string scope, string target, string[] hit, string tag)
    {
        await using var desk = await StartAsync();
        var panels = new Dictionary<string, string>
        {
            ["summary 88"] = Panels.Summary("acc_88"),
            ["summary 42"] = Panels.Summary("acc_42"),
            ["card 88"] = Panels.Card("acc_88"),
            ["recommendations 42"] = Panels.Recommendations("acc_42"),
        };
        foreach (var path in panels.Values) await desk.GetAsync(path);
        var before = desk.Position;

        (await FlushAsync(desk, scope, target, reason: null)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var shown = Told(await FlushAsync(desk, scope, target, "a try", dryRun: true));
        shown["entries"]!.AsArray().ShouldNotBeEmpty();
        foreach (var path in panels.Values) (await desk.GetAsync(path)).Result.ShouldBe("hit", path);
        desk.Position.ShouldBe(before);

        var flushed = await FlushAsync(desk, scope, target, "wrong currency");
        Told(flushed)["entries"]!.ToJsonString().ShouldBe(shown["entries"]!.ToJsonString());
        var record = flushed.Records.ShouldHaveSingleItem();
        (record.Trigger, record.Actor, record.Call, record.Cause).ShouldBe((TriggerKind.Operator, "demo", "Flush", "wrong currency"));
        record.Invalidations.ShouldContain(each => each.Tag.Text == tag);
        foreach (var (name, path) in panels) (await desk.GetAsync(path)).Result.ShouldBe(hit.Contains(name) ? "miss" : "hit", name);
    }

    [Fact]
    public async Task S29_AFlushByPathRendersThatPageAnewAndNoOther()
    {
        await using var desk = await StartAsync();
        string[] pages = ["/statements/acc_88", "/statements/acc_42"];
        foreach (var page in pages) await desk.GetAsync(page);

        Told(await FlushAsync(desk, "path", pages[0], "a try", dryRun: true))["pages"]!.GetValue<int>().ShouldBe(1);
        Told(await FlushAsync(desk, "path", pages[0], "wrong layout"))["position"]!.GetValue<long>().ShouldBe(desk.Position);

        (await desk.GetAsync(pages[0])).Result.ShouldBe("miss");
        (await desk.GetAsync(pages[1])).Result.ShouldBe("hit");
    }

    [Fact]
    public async Task S29_AnExplanationFollowsTheFlush()
    {
        await using var desk = await StartAsync();
        await desk.GetAsync(Panels.Summary("acc_88"));
        (await ExplainAsync(desk))["served"]!.GetValue<string>().ShouldBe("cache");

        await FlushAsync(desk, "query", "account-summary", "wrong currency");

        var explained = await ExplainAsync(desk);
        explained["served"].ShouldBeNull();
        explained["reasons"]![0]!["tag"]!.GetValue<string>().ShouldBe("all-of-query:account-summary");
        explained["reasons"]![0]!["position"]!.GetValue<long>().ShouldBe(desk.Position);
    }

    [Fact]
    public async Task OutsideDevelopmentTheDeskHasNoOperator()
    {
        await using var desk = await DeskHost.StartAsync();
        (await desk.Http.GetAsync("/freshet/status")).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    private static Task<DeskHost> StartAsync() => DeskHost.StartAsync(arguments: ["--environment", "Development"]);

    private static async Task<JsonNode> ExplainAsync(DeskHost desk) =>
        JsonNode.Parse(await desk.Http.GetStringAsync("/freshet/explain?query=account-summary&args=acc_88"))!;

    private static Task<Written> FlushAsync(DeskHost desk, string scope, string target, string? reason, bool dryRun = false) =>
        desk.WriteAsync(HttpMethod.Post, "/freshet/flush", new { scope, target, reason, dryRun });

    private static JsonNode Told(Written written)
    {
        written.Status.ShouldBe(HttpStatusCode.OK, written.Body);
        return JsonSerializer.Deserialize<JsonNode>(written.Body)!;
    }
}

using System.Text.Json.Nodes;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Operator;

/// <summary>The examples in docs/operator.md have the members that the endpoints answer with, in their order and of their kinds.</summary>
public sealed class OperatorDocsTests
{
    private static readonly string _page = File.ReadAllText(RepositoryRoot.File("docs", "operator.md"));

    [Fact]
    public async Task Explain_looks_as_documented()
    {
        await using var app = await StartAsync(builder => { });
        await app.Client.ReadAsync("/invoices/inv_1");
        await app.Client.WriteAsync("/invoices/inv_1/pay");

        ShouldLookAlike(await (await app.Client.AskAsync("/freshet/explain?query=invoice&args=inv_1")).JsonAsync(), Example("GET explain", 0));
    }

    [Fact]
    public async Task Status_looks_as_documented()
    {
        var log = new StubLog();
        await using var other = await StartAsync(builder => builder.Services.AddSingleton(log.Connect()));
        await using var app = await StartAsync(builder =>
        {
            builder.Services.AddSingleton(log.Connect());
            builder.Services.AddFreshet().DriveMemoryCache();
        });

        ShouldLookAlike(await (await app.Client.AskAsync("/freshet/status")).JsonAsync(), Example("GET status", 0));
    }

    [Fact]
    public async Task Flush_takes_and_answers_what_is_documented()
    {
        await using var app = await StartAsync(builder => builder.Services.AddFreshet().DriveMemoryCache());
        await app.Client.ReadAsync("/invoices/inv_1");
        var body = Example("POST flush", 0).AsObject();
        body["target"] = "invoice";

        (await (await app.Client.FlushAsync(body.ToJsonString())).JsonAsync())["dryRun"]!.GetValue<bool>().ShouldBeTrue();
        body["dryRun"] = false;
        ShouldLookAlike(await (await app.Client.FlushAsync(body.ToJsonString())).JsonAsync(), Example("POST flush", 1));
    }

    [Fact]
    public void Every_scope_and_reason_is_explained()
    {
        foreach (var scope in FlushOrder.Scopes) _page.ShouldContain($"\n| `{scope}` |");
        foreach (var code in typeof(ExplainedReason).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)) _page.ShouldContain($"`{code}`");
    }

    private static JsonNode Example(string heading, int number)
    {
        var section = _page[_page.IndexOf($"## `{heading}", StringComparison.Ordinal)..];
        return JsonNode.Parse(section.Split("```json\n")[number + 1].Split("```")[0])!;
    }

    private static void ShouldLookAlike(JsonNode? real, JsonNode? told, string at = "$")
    {
        if (real is null || told is null)
        {
            (real is null).ShouldBe(told is null, at);
            return;
        }
        real.GetValueKind().ToString().Replace("False", "True", StringComparison.Ordinal).ShouldBe(told.GetValueKind().ToString().Replace("False", "True", StringComparison.Ordinal), at);
        if (real is JsonObject members)
        {
            members.Select(member => member.Key).ShouldBe(told.AsObject().Select(member => member.Key), at);
            foreach (var (name, value) in members) ShouldLookAlike(value, told[name], $"{at}.{name}");
        }
        else if (real is JsonArray items)
        {
            items.ShouldNotBeEmpty(at);
            ShouldLookAlike(items[0], told[0], at + "[0]");
        }
    }

    private static Task<TestApp> StartAsync(Action<WebApplicationBuilder> configure) => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapPay();
        app.MapFreshetOperator();
    }, configure, environment: "Development");
}

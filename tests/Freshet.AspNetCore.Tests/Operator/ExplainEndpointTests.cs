using System.Net;
using System.Text.Json.Nodes;

namespace Freshet.AspNetCore.Tests.Operator;

/// <summary>What an explanation looks like on the wire. What it says is the core's, and tested there.</summary>
public sealed class ExplainEndpointTests
{
    [Fact]
    public async Task It_says_whether_a_read_would_be_answered_and_never_with_what()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");

        var text = await (await app.Client.AskAsync("/freshet/explain?query=invoice&args=inv_1")).Content.ReadAsStringAsync();
        var explained = JsonNode.Parse(text)!.AsObject();

        explained["served"]!.GetValue<string>().ShouldBe("cache");
        explained["level"]!.GetValue<string>().ShouldBe("high");
        explained["reasons"]!.AsArray().ShouldBeEmpty();
        explained["entry"]!["version"]!.GetValue<long>().ShouldBe(1);
        explained["entry"]!["tags"]![0]!["tag"]!.GetValue<string>().ShouldBe("invoice:inv_1");
        text.ShouldNotContain("open", Case.Insensitive);
    }

    [Fact]
    public async Task After_a_write_it_names_the_tag_and_the_position()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        await app.Client.WriteAsync("/invoices/inv_1/pay");

        var explained = await (await app.Client.AskAsync("/freshet/explain?query=invoice&args=inv_1")).JsonAsync();

        explained["served"].ShouldBeNull();
        explained["reasons"]!.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe("""{"code":"outdated","tag":"invoice:inv_1","position":1,"hold":null}""");
        explained["node"]!["position"]!.GetValue<long>().ShouldBe(1);
    }

    [Fact]
    public async Task A_hold_is_named_with_who_placed_it()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        var freshet = app.Services.GetRequiredService<IFreshet>();
        await ((FreshnessLog)freshet.Log).PlaceAsync(
            new Writer(TriggerKind.Webhook, "payments", "provider", null),
            [new RecordDraft(RecordId.Next(), FreshnessLog.HoldCall, null, null, []) { Holds = new Holding(RecordId.Next(), [new Tag("invoice", "invoice:inv_1")]) }]);

        var explained = await (await app.Client.AskAsync("/freshet/explain?query=invoice&args=inv_1")).JsonAsync();

        explained["served"].ShouldBeNull();
        var reason = explained["reasons"]!.AsArray().ShouldHaveSingleItem()!;
        (reason["code"]!.GetValue<string>(), reason["tag"]!.GetValue<string>(), reason["position"]!.GetValue<long>()).ShouldBe(("held", "invoice:inv_1", 1));
        (reason["hold"]!["trigger"]!.GetValue<string>(), reason["hold"]!["action"]!.GetValue<string>(), reason["hold"]!["actor"]!.GetValue<string>()).ShouldBe(("webhook", "payments", "provider"));
    }

    [Theory]
    [InlineData("", "unknown-query", "account-name, crowd, invoice, plans")]
    [InlineData("?query=", "unknown-query", "account-name, crowd, invoice, plans")]
    [InlineData("?query=invoices&args=a", "unknown-query", "account-name, crowd, invoice, plans")]
    [InlineData("?query=invoice&query=plans&args=a", "unknown-query", "account-name, crowd, invoice, plans")]
    [InlineData("?query=crowd", "invalid-arguments", "&args=key")]
    [InlineData("?query=crowd&args=many", "invalid-arguments", "Give one key: int.")]
    [InlineData("?query=crowd&args=1&args=2", "invalid-arguments", "Give one key: int.")]
    [InlineData("?query=invoice&args=a%00b", "invalid-arguments", "Give one key: string.")]
    [InlineData("?query=invoice&args=a&minimumVersion=-1", "invalid-minimum-version", "whole number")]
    public async Task Bad_input_is_answered_with_what_is_expected(string query, string code, string expected)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.AskAsync("/freshet/explain" + query);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe(code);
        problem["type"]!.GetValue<string>().ShouldBe("urn:freshet:error:" + code);
        problem["detail"]!.GetValue<string>().ShouldContain(expected);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapPay();
        app.MapFreshetOperator();
    }, environment: "Development");
}

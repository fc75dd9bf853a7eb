using System.Net;
using Freshet.AspNetCore.Tests.Rendering;

namespace Freshet.AspNetCore.Tests.Operator;

/// <summary>S29 over HTTP: a dry run shows, the real one does, and the log keeps who and why.</summary>
public sealed class FlushEndpointTests
{
    [Fact]
    public async Task S29_a_dry_run_tells_what_it_would_hit_and_changes_nothing()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        await app.Client.ReadAsync("/invoices/inv_2");
        await app.Client.ReadAsync("/accounts/acc_88/name");

        var told = await app.Client.FlushedAsync("query", "invoice", dryRun: true);

        told["entries"]!.ToJsonString().ShouldBe("""[{"query":"invoice","count":2}]""");
        told["tags"]!.ToJsonString().ShouldBe("""["all-of-query:invoice"]""");
        told["position"].ShouldBeNull();
        app.Position.ShouldBe(0);
        await app.Client.ReadAsync("/invoices/inv_1");
        app.Ledger.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task S29_a_flush_outdates_its_scope_and_is_recorded()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");

        var answer = await app.Client.FlushAsync("""{"scope":"query","target":"invoice","reason":" wrong values "}""");
        var told = await answer.JsonAsync();

        told["dryRun"]!.GetValue<bool>().ShouldBeFalse();
        told["position"]!.GetValue<long>().ShouldBe(1);
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            (record.Trigger, record.Action, record.Actor, record.Call, record.Cause).ShouldBe((TriggerKind.Operator, "POST /freshet/flush", "anonymous", "Flush", "wrong values"));
            break;
        }
        await app.Client.ReadAsync("/invoices/inv_1");
        app.Ledger.Reads.ShouldBe(2);
    }

    [Theory]
    [InlineData("tag", "invoice:inv_1", "invoice:inv_1")]
    [InlineData("tagKind", "invoice", "all-of-kind:invoice")]
    [InlineData("path", "/invoices/{id}", "page:/invoices/{id}")]
    [InlineData("layout", "/invoices", "layout:/invoices")]
    public async Task Every_scope_has_its_tag(string scope, string target, string tag)
    {
        await using var app = await StartAsync();

        (await app.Client.FlushedAsync(scope, target))["tags"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe(tag);
    }

    [Fact]
    public async Task Pages_are_flushed_with_a_query_they_show_and_only_with_it()
    {
        await using var app = PageApp.Start(app =>
        {
            PageApp.MapArticle(app);
            app.MapFreshetOperator();
        });
        await app.GetAsync("/articles/a");
        var freshet = app.Services.GetRequiredService<FreshetService>();

        freshet.Preview(freshet.ScopeOfQuery("article-price")).Pages.ShouldBe(0);
        var scope = freshet.ScopeOfQuery("article-text");
        freshet.Preview(scope).Pages.ShouldBe(1);
        await FlushAsync(freshet, freshet.ScopeOfQuery("article-price"));
        await app.GetAsync("/articles/a");
        app.Press.Renders.ShouldBe(1);
        await FlushAsync(freshet, scope);
        await app.GetAsync("/articles/a");
        app.Press.Renders.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"scope":"everything","target":"a","reason":"why"}""", "unknown-scope", "query, tag, tagKind, path, layout")]
    [InlineData("""{"target":"a","reason":"why"}""", "unknown-scope", "query, tag, tagKind, path, layout")]
    [InlineData("""{"scope":"query","reason":"why"}""", "missing-target", "target")]
    [InlineData("""{"scope":"query","target":"invoice"}""", "missing-reason", "reason")]
    [InlineData("""{"scope":"query","target":"invoice","reason":"  "}""", "missing-reason", "reason")]
    [InlineData("""{"scope":"query","target":"invoice","reason":"a\nb"}""", "invalid-reason", "one line")]
    [InlineData("""{"scope":"query","target":"invoices","reason":"why"}""", "unknown-query", "account-name, crowd, invoice, plans")]
    [InlineData("""{"scope":"tagKind","target":"page","reason":"why"}""", "unknown-tag-kind", "account, invoice, plan-list")]
    [InlineData("""{"scope":"tag","target":"nothing:a","reason":"why"}""", "unknown-tag-kind", "account, invoice, plan-list")]
    [InlineData("""{"scope":"tag","target":"invoice","reason":"why"}""", "invalid-tag", "invoice:{string}")]
    [InlineData("""{"scope":"path","target":"/nowhere","reason":"why"}""", "unknown-path", "/accounts/{id}")]
    [InlineData("""{"scope":"query","target":"invoice","reason":"why","dryrun":true}""", "malformed-request", "dryRun")]
    [InlineData("""{"scope":"query","target":"invoice","reason":"why","dryRun":"true"}""", "malformed-request", "dryRun")]
    [InlineData("""{"scope":"query","scope":"tag","target":"invoice","reason":"why"}""", "malformed-request", "dryRun")]
    [InlineData("[]", "malformed-request", "dryRun")]
    [InlineData("{", "malformed-request", "dryRun")]
    [InlineData("", "malformed-request", "dryRun")]
    public async Task Bad_input_flushes_nothing_and_says_what_is_expected(string body, string code, string expected)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.FlushAsync(body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe(code);
        problem["detail"]!.GetValue<string>().ShouldContain(expected);
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_JSON_is_refused()
    {
        await using var app = await StartAsync();

        (await app.Client.FlushAsync($$"""{"scope":"query","target":"invoice","reason":"{{new string('a', 9_000)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var form = await app.Client.FlushAsync("scope=query&target=invoice&reason=why", type: "application/x-www-form-urlencoded");
        form.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await form.JsonAsync())["code"]!.GetValue<string>().ShouldBe("malformed-request");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_reason_has_a_length()
    {
        await using var app = await StartAsync();

        (await app.Client.FlushAsync($$"""{"scope":"query","target":"invoice","reason":"{{new string('a', 501)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await app.Client.FlushAsync($$"""{"scope":"query","target":"invoice","reason":"{{new string('a', 500)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task FlushAsync(FreshetService freshet, FlushScope scope)
    {
        await using var action = freshet.BeginOperator("flush", "ann", "wrong values");
        FreshetService.Flush(action, scope);
        await action.CompleteAsync();
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapFreshetOperator();
    }, environment: "Development");
}

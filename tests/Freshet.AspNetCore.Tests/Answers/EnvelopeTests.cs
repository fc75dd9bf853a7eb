using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Freshet.AspNetCore.Tests;

public sealed class EnvelopeTests
{
    [Fact]
    public async Task A_mutation_answers_with_data_status_events_and_token()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPay(), Wire.UseKey);

        var answer = await app.Client.WriteAsync("/invoices/inv_1/pay");

        var token = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 1));
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $$"""{"data":{"id":"inv_1","status":"paid","version":2},"status":"completed","freshness_events":[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_88"}],"freshness_token":"{{token}}"}""");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer.Header(FreshnessHeaders.Token).ShouldBe(token);
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        answer.Header(FreshnessHeaders.Events).ShouldBe("""[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_88"}]""");
        answer.Hashes().ShouldBe([Wire.Hash(Desk.InvoiceTag.For("inv_1")), Wire.Hash(Desk.Account.For("acc_88"))], ignoreOrder: true);
        answer.Header(FreshnessHeaders.Refresh).ShouldBeNull();
    }

    [Fact]
    public async Task Several_events_and_calls_come_in_order_and_the_token_is_the_last_ones()
    {
        await using var app = await StartAsync((IFreshet freshet) =>
        {
            freshet.Raise(new PlanListed("pro"));
            freshet.UpdateTag(Desk.Account.For("acc_1"));
            freshet.Raise(new InvoicePaid("inv_1", "acc_1"));
            return new { ok = true };
        });

        var answer = await app.Client.WriteAsync("/write");

        (await answer.JsonAsync())["freshness_events"]!.AsArray().Select(each => each!["type"]!.GetValue<string>()).ShouldBe(["plan.listed", "invoice.paid"]);
        answer.Header(FreshnessHeaders.Position).ShouldBe("3-3");
        answer.Hashes().Length.ShouldBe(3);
    }

    [Fact]
    public async Task An_action_that_invalidated_nothing_has_no_token()
    {
        await using var app = await StartAsync(() => new { ok = true });

        var answer = await app.Client.WriteAsync("/write");

        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"data":{"ok":true},"status":"completed","freshness_events":[]}""");
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
    }

    [Fact]
    public async Task What_an_action_reads_does_not_pass_for_what_it_invalidated()
    {
        await using var app = await StartAsync(async (IFreshet freshet, CancellationToken ct) => await freshet.ReadAsync(Desk.Invoice, "inv_9", ct));

        var answer = await app.Client.WriteAsync("/write");

        (await answer.JsonAsync())["data"]!["id"]!.GetValue<string>().ShouldBe("inv_9");
        answer.Header(FreshnessHeaders.Tags).ShouldBeNull();
        answer.Header(FreshnessHeaders.Position).ShouldBeNull();
    }

    [Fact]
    public async Task Refresh_is_a_header_and_nothing_more()
    {
        await using var app = await StartAsync((IFreshet freshet) =>
        {
            freshet.Refresh();
            return new { ok = true };
        });

        var answer = await app.Client.WriteAsync("/write");

        answer.Header(FreshnessHeaders.Refresh).ShouldBe("true");
        answer.Header(FreshnessHeaders.Token).ShouldBeNull();
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task RevalidatePath_invalidates_what_a_page_at_the_path_carries()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapPost("/write", (IFreshet freshet) => freshet.RevalidatePath("/accounts/acc_88", PathScope.Layout)).UserAction();
        });
        var page = await app.Client.ReadAsync("/accounts/acc_88/name");

        var answer = await app.Client.WriteAsync("/write");

        page.Hashes().ShouldContain(answer.Hashes().Single());
    }

    [Theory]
    [MemberData(nameof(Wrapped))]
    public async Task Results_with_a_value_are_wrapped(Delegate handler, HttpStatusCode status, string data)
    {
        await using var app = await StartAsync(handler);

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(status);
        var body = await answer.JsonAsync();
        body["data"]!.ToJsonString().ShouldBe(data);
        body["status"]!.GetValue<string>().ShouldBe("completed");
        body["freshness_events"]!.AsArray().Count.ShouldBe(1);
        body["freshness_token"]!.GetValue<string>().ShouldBe(answer.Header(FreshnessHeaders.Token));
        answer.Content.Headers.ContentLength.ShouldBe((await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    public static IEnumerable<TheoryDataRow<Delegate, HttpStatusCode, string>> Wrapped()
    {
        const string One = """{"a":1}""";
        yield return new((IFreshet freshet) => Listed(freshet, new { A = 1 }), HttpStatusCode.OK, One);
        yield return new((IFreshet freshet) => Task.FromResult(Listed(freshet, new { A = 1 })), HttpStatusCode.OK, One);
        yield return new((IFreshet freshet) => Listed(freshet, new[] { 1, 2 }), HttpStatusCode.OK, "[1,2]");
        yield return new((IFreshet freshet) => Listed(freshet, 42), HttpStatusCode.OK, "42");
        yield return new((IFreshet freshet) => Listed(freshet, TypedResults.Ok(new { A = 1 })), HttpStatusCode.OK, One);
        yield return new((IFreshet freshet) => Listed(freshet, TypedResults.Ok("text")), HttpStatusCode.OK, "\"text\"");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Ok((object)new { A = 1 })), HttpStatusCode.OK, One);
        yield return new((IFreshet freshet) => Listed(freshet, Results.Json(new { A = 1 }, statusCode: 201)), HttpStatusCode.Created, One);
        yield return new((IFreshet freshet) => Listed(freshet, Results.Json(new { AName = 1 }, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })), HttpStatusCode.OK, """{"a_name":1}""");
        yield return new((IFreshet freshet) => Either(freshet), HttpStatusCode.OK, One);
        yield return new((IFreshet freshet) => Listed<object>(freshet, Results.Ok(new { A = 1 })), HttpStatusCode.OK, One);
    }

    private static Results<Ok<Amount>, NotFound> Either(IFreshet freshet) => Listed(freshet, TypedResults.Ok(new Amount(1)));

    private sealed record Amount(int A);

    [Fact]
    public async Task Created_keeps_its_location()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapGet("/plans/{id}", (string id) => id).WithName("plan");
            app.MapPost("/named", (IFreshet freshet) => Listed(freshet, TypedResults.CreatedAtRoute(new { A = 1 }, "plan", new { id = "pro" }))).Raises<PlanListed>();
            app.MapPost("/plain", (IFreshet freshet) => Listed(freshet, TypedResults.Created("/plans/pro", new { A = 1 }))).Raises<PlanListed>();
        });
        foreach (var path in (string[])["/named", "/plain"])
        {
            var answer = await app.Client.WriteAsync(path);

            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            answer.Headers.Location!.ToString().ShouldEndWith("/plans/pro");
            (await answer.JsonAsync())["data"]!["a"]!.GetValue<int>().ShouldBe(1);
        }
    }

    [Fact]
    public async Task An_accepted_operation_is_not_completed_and_is_not_asked_for_its_events_yet()
    {
        await using var app = await StartAsync(() => TypedResults.Accepted("/operations/7", new { A = 1 }));

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location!.ToString().ShouldBe("/operations/7");
        (await answer.JsonAsync())["status"]!.GetValue<string>().ShouldBe("accepted");
        app.Log.Of(2005).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(NotWrapped))]
    public async Task Other_results_keep_their_body_and_say_it_in_headers(Delegate handler, HttpStatusCode status, string body)
    {
        await using var app = await StartAsync(handler);

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(body);
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        answer.Header(FreshnessHeaders.Events).ShouldBe("""[{"type":"plan.listed","planId":"pro"}]""");
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }

    public static IEnumerable<TheoryDataRow<Delegate, HttpStatusCode, string>> NotWrapped()
    {
        yield return new((IFreshet freshet) => { Listed(freshet, 0); }, HttpStatusCode.OK, "");
        yield return new((IFreshet freshet) => { Listed(freshet, 0); return Task.CompletedTask; }, HttpStatusCode.OK, "");
        yield return new((IFreshet freshet) => Listed(freshet, Results.NoContent()), HttpStatusCode.NoContent, "");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Ok()), HttpStatusCode.OK, "");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Redirect("/elsewhere")), HttpStatusCode.Found, "");
        yield return new((IFreshet freshet) => Listed(freshet, "plain text"), HttpStatusCode.OK, "plain text");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Text("plain text")), HttpStatusCode.OK, "plain text");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Bytes("{}"u8.ToArray(), "application/json")), HttpStatusCode.OK, "{}");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Stream(new MemoryStream([65]), "application/octet-stream")), HttpStatusCode.OK, "A");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Conflict(new { A = 1 })), HttpStatusCode.Conflict, """{"a":1}""");
        yield return new((IFreshet freshet) => Listed(freshet, Results.Json(new { A = 1 }, statusCode: 412)), HttpStatusCode.PreconditionFailed, """{"a":1}""");
        yield return new((IFreshet freshet, HttpContext http) => { http.Response.StatusCode = 409; return Listed(freshet, new { A = 1 }); }, HttpStatusCode.Conflict, """{"a":1}""");
    }

    [Fact]
    public async Task The_applications_JSON_options_write_the_data_and_the_contracts_names_stay()
    {
        await using var app = await StartAsync(
            (IFreshet freshet) => Listed(freshet, new { SomeName = 1 }),
            builder => builder.Services.ConfigureHttpJsonOptions(options =>
            {
                options.SerializerOptions.PropertyNamingPolicy = null;
                options.SerializerOptions.WriteIndented = true;
            }));

        var body = await (await app.Client.WriteAsync("/write")).JsonAsync();

        body["data"]!["SomeName"]!.GetValue<int>().ShouldBe(1);
        body["freshness_events"]![0]!.ToJsonString().ShouldBe("""{"type":"plan.listed","planId":"pro"}""");
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_fails_after_the_records_and_the_error_carries_the_token()
    {
        await using var app = await StartAsync((IFreshet freshet) => Listed(freshet, new Unwritable()),
            before: app => app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("sorry");
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        app.Position.ShouldBe(1);
    }

    private sealed class Unwritable
    {
        public int A => throw new InvalidOperationException("unwritable");
    }

    private static T Listed<T>(IFreshet freshet, T answer)
    {
        freshet.Raise(new PlanListed("pro"));
        return answer;
    }

    private static Task<TestApp> StartAsync(Delegate handler, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? before = null) =>
        TestApp.StartAsync(app => app.MapPost("/write", handler).Raises<PlanListed>(), configure ?? Wire.UseKey, before: before);
}

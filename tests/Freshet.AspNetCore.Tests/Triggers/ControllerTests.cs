using System.Net;

namespace Freshet.AspNetCore.Tests;

public sealed class ControllerTests
{
    private const string Paid = """{"id":"inv_1","status":"paid","version":2}""";

    [Theory]
    [InlineData("pay", HttpStatusCode.OK)]
    [InlineData("json", HttpStatusCode.OK)]
    [InlineData("created", HttpStatusCode.Created)]
    public async Task An_action_that_raises_answers_with_the_same_envelope_as_a_route_handler(string action, HttpStatusCode status)
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/mvc/invoices/inv_1");

        var answer = await app.Client.WriteAsync($"/mvc/invoices/inv_1/{action}");
        var read = await app.Client.ReadAsync("/mvc/invoices/inv_1", token: answer.Header(FreshnessHeaders.Token));

        var token = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 1));
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $$"""{"data":{{Paid}},"status":"completed","freshness_events":[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_88"}],"freshness_token":"{{token}}"}""");
        answer.StatusCode.ShouldBe(status);
        answer.Header(FreshnessHeaders.Token).ShouldBe(token);
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        (await read.Content.ReadAsStringAsync()).ShouldBe(Paid);
        read.Hashes().ShouldContain(Wire.Hash(Desk.InvoiceTag.For("inv_1")));
        if (status == HttpStatusCode.Created) answer.Headers.Location!.AbsolutePath.ShouldBe("/mvc/invoices/inv_1");
        app.Log.All.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Several_attributes_open_one_action()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/mvc/invoices/inv_1/pay-twice-declared");

        var body = await answer.JsonAsync();
        body["data"]!.ToJsonString().ShouldBe(Paid);
        body["freshness_events"]!.AsArray().Count.ShouldBe(2);
        answer.Header(FreshnessHeaders.Position).ShouldBe("2-2");
        app.Log.All.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("legacy", HttpStatusCode.OK, Paid)]
    [InlineData("empty", HttpStatusCode.NoContent, "")]
    [InlineData("text", HttpStatusCode.OK, "paid")]
    [InlineData("conflict", HttpStatusCode.Conflict, Paid)]
    public async Task Other_results_keep_their_body_and_say_it_in_headers(string action, HttpStatusCode status, string body)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync($"/mvc/invoices/inv_1/{action}");

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(body);
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_redirect_sets_the_cookie()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/mvc/invoices/inv_1/redirect");

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Cookie()!.ShouldStartWith($"freshness-token={answer.Header(FreshnessHeaders.Token)};");
    }

    [Theory]
    [InlineData("broken", HttpStatusCode.InternalServerError)]
    [InlineData("forgiven", HttpStatusCode.OK)]
    public async Task An_action_that_throws_after_raising_is_uncertain_handled_or_not(string action, HttpStatusCode status)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync($"/mvc/invoices/inv_1/{action}");

        answer.StatusCode.ShouldBe(status);
        app.Position.ShouldBe(1);
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        answer.Header(FreshnessHeaders.Events).ShouldBeNull();
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            record.Cause.ShouldBe("uncertain");
            record.Action.ShouldBe("POST /mvc/invoices/{id}/" + action);
            break;
        }
    }

    [Fact]
    public async Task A_controllers_action_leaves_its_reads_alone()
    {
        await using var app = await StartAsync();

        (await app.Client.GetStringAsync("/mvc/account/read")).ShouldBe("none");
        (await app.Client.GetStringAsync("/mvc/account/declared")).ShouldBe("open");
        (await (await app.Client.WriteAsync("/mvc/account/write")).Content.ReadAsStringAsync()).ShouldBe("open");
    }

    [Fact]
    public async Task An_action_that_raises_without_declaring_is_a_500_and_nothing_is_recorded()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/mvc/invoices/inv_1/undeclared");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("no-trigger");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task An_event_with_a_null_key_is_refused_and_nothing_is_recorded()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/mvc/invoices/inv_1/null-key");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("invalid-key");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_is_none_is_refused_before_anything_runs()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/mvc/invoices/inv_1/pay-with-body", Wire.Body("{"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        app.Ledger["inv_1"].Status.ShouldBe("open");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Controllers_can_be_declared_by_convention_as_well()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapGroup("/all").UserAction().MapControllers(),
            builder => builder.Services.AddControllers());

        var plain = await app.Client.WriteAsync("/all/mvc/invoices/inv_1/undeclared");
        var attributed = await app.Client.WriteAsync("/all/mvc/invoices/inv_2/pay-with-body", Wire.Body("""{"memo":"x"}"""));
        var missing = await app.Client.WriteAsync("/all/mvc/invoices/inv_3/pay-with-body", Wire.Body("{}"));

        var body = await plain.JsonAsync();
        body["data"]!.ToJsonString().ShouldBe(Paid);
        body["freshness_token"]!.GetValue<string>().ShouldBe(plain.Header(FreshnessHeaders.Token));
        (await attributed.JsonAsync())["data"]!["id"]!.GetValue<string>().ShouldBe("inv_2");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_action_declared_for_all_controllers_leaves_their_reads_alone()
    {
        await using var app = await TestApp.StartAsync(app => app.MapControllers().UserAction(), builder => builder.Services.AddControllers());

        var read = await app.Client.ReadAsync("/mvc/invoices/inv_1");
        var written = await app.Client.WriteAsync("/mvc/invoices/inv_1/undeclared");

        (await read.JsonAsync()).ContainsKey("data").ShouldBeFalse();
        read.Header(FreshnessHeaders.Position).ShouldBe("0-0");
        (await written.JsonAsync())["data"]!.ToJsonString().ShouldBe(Paid);
    }

    [Fact]
    public async Task A_path_of_a_controller_is_known_to_RevalidatePath()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.MapControllers();
                app.MapPost("/write", (IFreshet freshet) => freshet.RevalidatePath("/mvc/invoices/{id}", PathScope.Page)).UserAction();
            },
            builder => builder.Services.AddControllers());
        var page = await app.Client.ReadAsync("/mvc/invoices/inv_1");

        var answer = await app.Client.WriteAsync("/write");

        page.Hashes().ShouldContain(answer.Hashes().Single());
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(app => app.MapControllers(), builder =>
    {
        Wire.UseKey(builder);
        builder.Services.AddControllers();
    }, before: app => app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));
}

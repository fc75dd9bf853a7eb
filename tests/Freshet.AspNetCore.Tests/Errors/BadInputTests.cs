using System.Net;

namespace Freshet.AspNetCore.Tests;

/// <summary>What bad input gets over HTTP: a typed problem, nothing stored, nothing recorded, no payload in any log line.</summary>
public sealed class BadInputTests
{
    private const string Secret = "secret-marker-4711";

    public sealed record Amount(int Cents, string? Memo);

    [Theory]
    [InlineData("/accounts/%0A{0}/name", "invalid-key")]
    [InlineData("/echo?id={0}", "invalid-key")]
    public async Task An_argument_that_cannot_be_a_key_is_a_400_and_loads_nothing(string path, string code)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, path.Contains("echo") ? new string('x', 600) + Secret : Secret));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var body = await answer.Content.ReadAsStringAsync();
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe(code);
        body.ShouldNotContain(Secret);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
        ShouldLeaveNoTrace(app);
    }

    [Fact]
    public async Task A_source_that_is_too_slow_is_a_503_that_says_when_to_come_again()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync("/slow");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("load-timeout");
        problem["detail"].ShouldBeNull(); // it names the query and its settings: for the log, not for everyone
        app.Log.Of(2001).Single().Text.ShouldContain("load-timeout");
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task An_event_with_a_null_key_is_the_programs_fault_and_nothing_is_recorded(string environment)
    {
        await using var app = await StartAsync(environment);

        var answer = await app.Client.WriteAsync("/null-key");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("invalid-key");
        problem["type"]!.GetValue<string>().ShouldBe("urn:freshet:error:invalid-key");
        if (environment == "Development") problem["detail"]!.GetValue<string>().ShouldContain("null as AccountId");
        else problem["detail"].ShouldBeNull();
        app.Position.ShouldBe(0);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
        app.Log.Of(2001).Single().Text.ShouldContain("invalid-key");
        ShouldLeaveNoTrace(app);
    }

    [Theory]
    [InlineData("Production", "{")]
    [InlineData("Production", """{"cents":"secret-marker-4711"}""")]
    [InlineData("Production", "")]
    [InlineData("Development", """{"cents":"secret-marker-4711"}""")]
    [InlineData("Development", "")]
    public async Task A_malformed_body_is_a_400_problem_and_the_handler_does_not_run(string environment, string body)
    {
        await using var app = await StartAsync(environment);

        var answer = await app.Client.WriteAsync("/invoices/inv_1/amount", Wire.Body(body));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("malformed-request");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain(Secret);
        app.Ledger["inv_1"].Status.ShouldBe("open");
        ShouldLeaveNoTrace(app);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused_by_routing_and_nothing_runs()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/invoices/inv_1/amount", new StringContent(Secret, System.Text.Encoding.UTF8, "text/plain"));

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        app.Ledger["inv_1"].Status.ShouldBe("open");
        ShouldLeaveNoTrace(app);
    }

    [Fact]
    public async Task A_missing_parameter_is_a_400_problem()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/needs-query");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("malformed-request");
        ShouldLeaveNoTrace(app);
    }

    [Fact]
    public async Task A_handlers_own_empty_400_stays_its_own()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/own-400");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_read_endpoints_malformed_parameters_are_the_applications_business()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync("/number?n=many");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_outside_any_trigger_is_a_500_that_says_what_to_do_in_development_only()
    {
        await using var production = await StartAsync();
        await using var development = await StartAsync("Development");

        var hidden = await production.Client.WriteAsync("/undeclared");
        var shown = await development.Client.WriteAsync("/undeclared");

        hidden.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var problem = await hidden.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("no-trigger");
        problem.ContainsKey("detail").ShouldBeFalse();
        (await shown.JsonAsync())["detail"]!.GetValue<string>().ShouldContain("add .Raises<TEvent>() or .UserAction() to the endpoint");
        production.Log.Of(2001).Single().Level.ShouldBe(LogLevel.Error);
        production.Log.All.Count(line => line.Level >= LogLevel.Error).ShouldBe(1);
        ShouldLeaveNoTrace(production);
    }

    [Fact]
    public async Task A_path_that_no_endpoint_answers_is_an_error_and_nothing_is_recorded()
    {
        await using var app = await StartAsync("Development");

        var answer = await app.Client.WriteAsync("/revalidate-nowhere");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("unknown-path");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task A_query_of_no_catalog_is_a_500()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync("/unknown-query");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("unknown-declaration");
    }

    [Fact]
    public async Task The_applications_problem_details_service_is_used_when_there_is_one()
    {
        await using var app = await StartAsync(configure: builder => builder.Services.AddProblemDetails(options =>
            options.CustomizeProblemDetails = context => context.ProblemDetails.Extensions["desk"] = "ours"));

        var problem = await (await app.Client.WriteAsync("/null-key")).JsonAsync();

        problem["desk"]!.GetValue<string>().ShouldBe("ours");
        problem["code"]!.GetValue<string>().ShouldBe("invalid-key");
    }

    [Fact]
    public async Task An_answer_that_had_begun_is_not_overwritten_by_a_problem()
    {
        await using var app = await StartAsync();

        await Should.ThrowAsync<HttpRequestException>(async () => await (await app.Client.WriteAsync("/begun")).Content.ReadAsStringAsync());

        app.Log.Of(2001).ShouldBeEmpty(); // nobody hid it: the server logs what it could not answer
        app.Log.All.ShouldContain(line => line.Level == LogLevel.Error && line.Text.Contains("UpdateTag was called outside any trigger"));
    }

    [Fact]
    public async Task What_a_handler_had_set_does_not_leak_into_the_problem()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/half-set");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Headers.Contains("X-Half").ShouldBeFalse();
    }

    /// <summary>Nothing stored, nothing recorded, no payload in any line: ours down to Trace, everybody else's from Information.</summary>
    private static void ShouldLeaveNoTrace(TestApp app)
    {
        app.Position.ShouldBe(0);
        app.Ledger.Reads.ShouldBe(0);
        app.Services.GetRequiredService<FreshetService>().Runtimes.Sum(runtime => runtime.EntryCount).ShouldBe(0);
        // The server's own request line quotes the path; every payload and key is ours to keep out.
        app.Log.All.Where(line => !line.Category.StartsWith("Microsoft.AspNetCore.Hosting", StringComparison.Ordinal))
            .ShouldAllBe(line => !line.Text.Contains(Secret));
    }

    private static Task<TestApp> StartAsync(string environment = "Production", Action<WebApplicationBuilder>? configure = null) => TestApp.StartAsync(
        app =>
        {
            app.MapReads();
            app.MapGet("/echo", (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Desk.Invoice, id, ct));
            app.MapGet("/slow", string () => throw new LoadTimeoutException("invoice", TimeSpan.FromSeconds(30)));
            app.MapGet("/number", (int n) => n);
            app.MapGet("/unknown-query", (IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(new CachedQuery<string, string>("nowhere", RiskLevel.Low), "a", ct));
            app.MapPost("/null-key", (IFreshet freshet) => freshet.Raise(new InvoicePaid(Secret, null!))).Raises<InvoicePaid>();
            app.MapPost("/invoices/{id}/amount", (string id, Amount amount, Ledger ledger) => ledger.Pay(id)).Raises<InvoicePaid>();
            app.MapPost("/needs-query", (int cents, Ledger ledger) => ledger.Pay("inv_1")).UserAction();
            app.MapPost("/own-400", () => Results.BadRequest()).UserAction();
            app.MapPost("/undeclared", (IFreshet freshet) => freshet.Raise(new InvoicePaid(Secret, Secret)));
            app.MapPost("/revalidate-nowhere", (IFreshet freshet) => freshet.RevalidatePath("/accountz/acc_1", PathScope.Page)).UserAction();
            app.MapPost("/begun", async (IFreshet freshet, HttpContext http) =>
            {
                await http.Response.StartAsync();
                freshet.UpdateTag(Desk.Account.For("acc_1"));
            });
            app.MapPost("/half-set", (IFreshet freshet, HttpContext http) =>
            {
                http.Response.Headers["X-Half"] = "yes";
                freshet.Refresh();
            });
        }, configure, environment);
}

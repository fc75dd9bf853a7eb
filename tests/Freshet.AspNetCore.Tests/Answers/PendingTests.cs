using System.Net;

namespace Freshet.AspNetCore.Tests;

/// <summary>A write whose records the log could not take is told as pending, and gives no token (PROTOCOL 27).</summary>
public sealed class PendingTests
{
    [Fact]
    public async Task An_envelope_says_so_and_has_no_token()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log);
        log.IsAway = true;

        var written = await app.Client.WriteAsync("/invoices/inv_1/pay");

        written.StatusCode.ShouldBe(HttpStatusCode.OK);
        written.Header(FreshnessHeaders.Pending).ShouldBe("true");
        written.Header(FreshnessHeaders.Token).ShouldBeNull();
        var body = await written.JsonAsync();
        body["data"]!["status"]!.GetValue<string>().ShouldBe("paid");
        body.ContainsKey("freshness_token").ShouldBeFalse();
    }

    [Fact]
    public async Task A_headers_only_answer_and_a_form_post_do_the_same()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log);
        log.IsAway = true;

        var bare = await app.Client.WriteAsync("/legacy/invoices/inv_1/pay");
        var form = await app.Client.WriteAsync("/legacy/invoices/inv_1/pay", new FormUrlEncodedContent([]));

        foreach (var answer in (HttpResponseMessage[])[bare, form])
        {
            answer.Header(FreshnessHeaders.Pending).ShouldBe("true");
            answer.Header(FreshnessHeaders.Token).ShouldBeNull();
            answer.Cookie().ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_write_of_which_only_a_part_was_appended_has_no_token_either()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log, app => app.MapPost("/in-steps", async (IFreshet freshet) =>
        {
            freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
            await freshet.CurrentAction!.FlushAsync();
            log.IsAway = true;
            freshet.Raise(new InvoicePaid("inv_2", "acc_88"));
            return "done";
        }).UserAction());

        var written = await app.Client.WriteAsync("/in-steps", new FormUrlEncodedContent([]));

        written.Header(FreshnessHeaders.Pending).ShouldBe("true");
        written.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        written.Header(FreshnessHeaders.Token).ShouldBeNull();
        written.Cookie().ShouldBeNull();
    }

    [Fact]
    public async Task A_write_that_was_appended_does_not_say_so()
    {
        await using var app = await StartAsync(new StubLog());

        var written = await app.Client.WriteAsync("/legacy/invoices/inv_1/pay", new FormUrlEncodedContent([]));

        written.Header(FreshnessHeaders.Pending).ShouldBeNull();
        written.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        written.Cookie().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_handler_that_fails_after_raising_tells_too()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log, app => app.MapPost("/fails", string (IFreshet freshet) =>
        {
            freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
            log.IsAway = true;
            throw new InvalidOperationException("broken");
        }).UserAction());

        var written = await app.Client.WriteAsync("/fails");

        written.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        written.Header(FreshnessHeaders.Pending).ShouldBe("true");
        written.Header(FreshnessHeaders.Token).ShouldBeNull();
    }

    private static Task<TestApp> StartAsync(StubLog log, Action<WebApplication>? map = null) => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapPay();
        app.MapPay("/legacy/invoices/{id}/pay").HeadersOnly();
        map?.Invoke(app);
    }, builder =>
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(log.Connect());
    }, before: app => app.UseExceptionHandler());
}

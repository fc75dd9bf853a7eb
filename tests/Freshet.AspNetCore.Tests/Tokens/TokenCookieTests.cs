using System.Net;

namespace Freshet.AspNetCore.Tests;

/// <summary>S35, second half: a form post with redirect and no script gets the same guarantees through the cookie.</summary>
public sealed class TokenCookieTests
{
    [Fact]
    public async Task S35_after_a_form_post_and_redirect_the_cookie_lets_the_next_page_see_the_write()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");

        var posted = await app.Client.WriteAsync("/plain/invoices/inv_1/pay", Form());
        var cookie = posted.Cookie()!.Split(';')[0].Split('=')[1];
        var page = await app.Client.ReadAsync(posted.Headers.Location!.ToString(), cookie: cookie);

        posted.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await posted.Content.ReadAsStringAsync()).ShouldBeEmpty();
        posted.Header(FreshnessHeaders.Token).ShouldBe(cookie);
        (await page.JsonAsync())["status"]!.GetValue<string>().ShouldBe("paid");
        page.Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }

    [Fact]
    public async Task The_cookie_is_short_lived_and_closed_to_scripts()
    {
        await using var app = await StartAsync();

        var cookie = (await app.Client.WriteAsync("/plain/invoices/inv_1/pay", Form())).Cookie()!;

        cookie.Split("; ").Skip(1).Select(part => part.ToLowerInvariant()).ShouldBe(["max-age=60", "path=/", "samesite=lax", "httponly"], ignoreOrder: true);
    }

    [Fact]
    public async Task Over_https_the_cookie_is_secure()
    {
        await using var app = await StartAsync(app => app.Use((context, next) =>
        {
            context.Request.Scheme = "https"; // what UseForwardedHeaders does behind a proxy
            return next(context);
        }));

        (await app.Client.WriteAsync("/plain/invoices/inv_1/pay", Form())).Cookie()!.ShouldContain("; secure");
    }

    [Fact]
    public async Task A_cookie_makes_a_read_wait_for_its_position()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        var future = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 5));

        var answer = await app.Client.ReadAsync("/invoices/inv_1", cookie: future);

        answer.Header(FreshnessHeaders.Satisfied).ShouldBe("false");
        answer.Cookie().ShouldBeNull();
    }

    [Fact]
    public async Task The_header_goes_before_the_cookie()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        var codec = Wire.Codec(Wire.Key);
        var epoch = app.Freshet.Log.Position.Epoch;

        var answer = await app.Client.ReadAsync("/invoices/inv_1", token: codec.Write(new(epoch, 0)), cookie: codec.Write(new(epoch, 5)));

        answer.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("AAAA")]
    public async Task A_cookie_that_is_no_token_is_ignored_and_deleted(string cookie)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync("/invoices/inv_1", cookie: cookie);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Cookie()!.ShouldStartWith("freshness-token=; expires=Thu, 01 Jan 1970");
        answer.Cookie()!.ShouldContain("path=/");
        app.Log.Of(2003).Single().Text.ShouldContain(nameof(TokenFault.Malformed));
    }

    [Fact]
    public async Task A_forged_cookie_is_replaced_by_the_next_write()
    {
        await using var app = await StartAsync();

        var posted = await app.Client.WriteAsync("/plain/invoices/inv_1/pay", Form(), cookie: "forged");

        posted.Cookie()!.ShouldStartWith($"freshness-token={posted.Header(FreshnessHeaders.Token)};");
    }

    [Fact]
    public async Task The_cookie_keeps_the_later_of_two_positions()
    {
        await using var app = await StartAsync();
        var later = new ConsistencyToken(app.Freshet.Log.Position.Epoch, 40); // another tab's write, as this node will learn

        var posted = await app.Client.WriteAsync("/plain/invoices/inv_1/pay", Form(), cookie: Wire.Codec(Wire.Key).Write(later));

        var cookie = posted.Cookie()!.Split(';')[0].Split('=')[1];
        Wire.Codec(Wire.Key).TryRead(cookie, out var kept, out _).ShouldBeNull();
        kept.ShouldBe(later);
    }

    [Fact]
    public async Task A_write_with_an_answer_of_its_own_sets_no_cookie()
    {
        await using var app = await StartAsync();

        (await app.Client.WriteAsync("/invoices/inv_1/pay")).Cookie().ShouldBeNull();
    }

    [Fact]
    public async Task A_form_that_is_answered_with_a_page_sets_the_cookie_too()
    {
        await using var app = await StartAsync();

        (await app.Client.WriteAsync("/plain/page", Form())).Cookie().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_redirect_that_invalidated_nothing_sets_no_cookie()
    {
        await using var app = await StartAsync();

        var answer = await app.Client.WriteAsync("/plain/nothing", Form());

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Cookie().ShouldBeNull();
        answer.Header(FreshnessHeaders.Token).ShouldBeNull();
    }

    private static FormUrlEncodedContent Form() => new(new Dictionary<string, string> { ["confirm"] = "yes" });

    private static Task<TestApp> StartAsync(Action<WebApplication>? before = null) => TestApp.StartAsync(app =>
    {
        app.MapReads();
        app.MapPay();
        app.MapPost("/plain/invoices/{id}/pay", (string id, Ledger ledger, IFreshet freshet, HttpContext http) =>
        {
            ledger.Pay(id);
            freshet.Raise(new InvoicePaid(id, "acc_88"));
            return Results.Extensions.SeeOther($"/invoices/{id}");
        }).Raises<InvoicePaid>();
        app.MapPost("/plain/page", (IFreshet freshet) =>
        {
            freshet.UpdateTag(Desk.Account.For("acc_88"));
            return Results.Content("<p>paid</p>", "text/html");
        }).UserAction();
        app.MapPost("/plain/nothing", () => Results.Redirect("/ping")).UserAction();
    }, Wire.UseKey, before: before);
}

/// <summary>303, the answer to a form: ASP.NET Core has no result for it.</summary>
public static class SeeOtherExtensions
{
    public static IResult SeeOther(this IResultExtensions _, string location) => new SeeOtherResult(location);

    private sealed class SeeOtherResult(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}

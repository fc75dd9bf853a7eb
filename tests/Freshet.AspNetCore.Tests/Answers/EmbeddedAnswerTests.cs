using System.Text.Json;

namespace Freshet.AspNetCore.Tests;

public sealed class EmbeddedAnswerTests
{
    [Fact]
    public async Task It_says_what_the_headers_of_the_same_read_say()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapGet("/read", async (IFreshet freshet, CancellationToken ct) => await freshet.ReadAsync(Desk.AccountName, "acc_88", ct));
            app.MapGet("/page", async (HttpContext http, IFreshet freshet, CancellationToken ct) => http.Embed(await freshet.ReadAnswerAsync(Desk.AccountName, "acc_88", null, ct)));
        });
        var read = await app.Client.ReadAsync("/read");

        using var page = JsonDocument.Parse(await app.Client.GetStringAsync("/page"));

        var embedded = page.RootElement;
        embedded.EnumerateObject().Select(member => member.Name).ShouldBe(["epoch", "position", "tags", "satisfied"]);
        embedded.GetProperty("epoch").GetString().ShouldBe(read.Header(FreshnessHeaders.Epoch));
        embedded.GetProperty("position").GetString().ShouldBe(read.Header(FreshnessHeaders.Position));
        // The headers have the tags of the path besides.
        embedded.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBeSubsetOf(read.Header(FreshnessHeaders.Tags)!.Split(' '));
        embedded.GetProperty("tags").GetArrayLength().ShouldBeGreaterThan(0);
        embedded.GetProperty("satisfied").GetBoolean().ShouldBeTrue();
    }

    /// <summary>R8: nobody knows whether the write on its way is in it. The page says so in the header's own words, which have one reader.</summary>
    [Fact]
    public async Task Of_an_answer_that_was_read_under_a_hold_it_says_what_the_header_says()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapGet("/page", async (HttpContext http, IFreshet freshet, CancellationToken ct) => http.Embed(await freshet.ReadAnswerAsync(Desk.Invoice, "inv_1", null, ct)));
        });
        await using var action = app.Freshet.BeginUserAction("pay");
        app.Freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
        (await app.Freshet.HoldAsync()).ShouldBeTrue();

        using var page = JsonDocument.Parse(await app.Client.GetStringAsync("/page"));

        page.RootElement.GetProperty("position").GetString().ShouldBe("1-0");
        (await app.Client.ReadAsync("/invoices/inv_1")).Header(FreshnessHeaders.Position).ShouldBe("1-0");
    }

    [Fact]
    public void Without_the_middleware_it_says_what_is_missing()
    {
        var answer = new Answer<int>(1, AnswerSource.Load, new LogPosition(Epoch.Create(), 1), 1, [], null, true);
        Should.Throw<MiddlewareMissingException>(() => new DefaultHttpContext().Embed(answer)).Message.ShouldContain("app.UseFreshet()");
    }
}

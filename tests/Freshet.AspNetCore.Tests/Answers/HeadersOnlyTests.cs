namespace Freshet.AspNetCore.Tests;

/// <summary>S35, first half: an API that cannot change its body gets the same guarantees through headers only.</summary>
public sealed class HeadersOnlyTests
{
    [Fact]
    public async Task S35_the_body_is_bare_and_the_headers_give_the_same_guarantees()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapPay();
            app.MapPay("/legacy/invoices/{id}/pay").HeadersOnly();
        }, Wire.UseKey);
        await app.Client.ReadAsync("/invoices/inv_1");

        var bare = await app.Client.WriteAsync("/legacy/invoices/inv_1/pay");
        var read = await app.Client.ReadAsync("/invoices/inv_1", token: bare.Header(FreshnessHeaders.Token));
        var twin = await app.Client.WriteAsync("/invoices/inv_1/pay");

        (await bare.Content.ReadAsStringAsync()).ShouldBe("""{"id":"inv_1","status":"paid","version":2}""");
        (await read.JsonAsync())["status"]!.GetValue<string>().ShouldBe("paid");
        bare.Header(FreshnessHeaders.Events).ShouldBe(twin.Header(FreshnessHeaders.Events));
        bare.Header(FreshnessHeaders.Tags).ShouldBe(twin.Header(FreshnessHeaders.Tags));
        bare.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        twin.Header(FreshnessHeaders.Position).ShouldBe("2-2");
    }

    [Fact]
    public async Task A_group_may_be_headers_only()
    {
        await using var app = await TestApp.StartAsync(app => app.MapGroup("/legacy").HeadersOnly().MapPay());

        var bare = await app.Client.WriteAsync("/legacy/invoices/inv_1/pay");

        (await bare.JsonAsync()).ContainsKey("freshness_token").ShouldBeFalse();
        bare.Header(FreshnessHeaders.Token).ShouldNotBeNull();
    }
}

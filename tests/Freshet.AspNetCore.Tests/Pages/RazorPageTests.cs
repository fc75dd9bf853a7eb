using System.Net;

namespace Freshet.AspNetCore.Tests.Pages;

public sealed class RazorPageTests
{
    [Fact]
    public async Task S35_a_pages_form_post_and_redirect_shows_the_write_without_script()
    {
        await using var app = await TestApp.StartAsync(app => app.MapRazorPages(), builder => builder.Services.AddRazorPages());
        (await app.Client.GetStringAsync("/pages/pay/inv_1")).ShouldContain("open, action none");

        var posted = await app.Client.WriteAsync("/pages/pay/inv_1", new FormUrlEncodedContent([]));
        var page = await app.Client.ReadAsync(posted.Headers.Location!.ToString(), cookie: posted.Cookie()!.Split(';')[0].Split('=')[1]);

        posted.StatusCode.ShouldBe(HttpStatusCode.Found);
        posted.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        (await page.Content.ReadAsStringAsync()).ShouldContain("paid, action none");
        page.Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }
}

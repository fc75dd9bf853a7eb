using System.Net;

namespace Freshet.AspNetCore.Tests;

/// <summary>S10 over HTTP: a webhook whose trigger is opened by hand in its endpoint.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task S10_a_webhook_that_calls_UpdateTag_fails_names_RevalidateTag_and_writes_nothing()
    {
        await using var app = await StartAsync("Development");
        var before = await app.Client.ReadAsync("/accounts/acc_88/name");

        var answer = await app.Client.WriteAsync("/hooks/update");
        var after = await app.Client.ReadAsync("/accounts/acc_88/name");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("wrong-trigger");
        problem["detail"]!.GetValue<string>().ShouldContain("Use RevalidateTag(tag, profile)");
        app.Position.ShouldBe(0);
        after.Header(FreshnessHeaders.Position).ShouldBe(before.Header(FreshnessHeaders.Position));
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
    }

    [Fact]
    public async Task S10_the_call_that_was_named_works()
    {
        await using var app = await StartAsync("Production");

        var answer = await app.Client.WriteAsync("/hooks/revalidate");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Position.ShouldBe(1);
    }

    private static Task<TestApp> StartAsync(string environment) => TestApp.StartAsync(
        app =>
        {
            app.MapReads();
            app.MapPost("/hooks/update", async (IFreshet freshet) =>
            {
                await using var hook = freshet.BeginWebhook("identity");
                freshet.UpdateTag(Desk.Account.For("acc_88"));
                await hook.CompleteAsync();
            });
            app.MapPost("/hooks/revalidate", async (IFreshet freshet) =>
            {
                await using var hook = freshet.BeginWebhook("identity");
                freshet.RevalidateTag(Desk.Account.For("acc_88"), Profile.Minutes);
                await hook.CompleteAsync();
            });
        }, environment: environment);
}

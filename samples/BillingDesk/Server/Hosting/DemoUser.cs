using System.Security.Claims;
using BillingDesk.Data;

namespace BillingDesk.Server;

/// <summary>Stands in for signing in: the header <c>X-Desk-User</c> names a seeded user, and without it the user is "demo".</summary>
/// <remarks>Anybody may claim to be anybody, so this is no authentication. A product signs people in here, and authorizes them in its endpoints.</remarks>
internal static class DemoUser
{
    private const string Header = "X-Desk-User";
    private const string DefaultName = "demo";

    public static void UseDemoUser(this WebApplication app) => app.Use(async (http, next) =>
    {
        var name = DefaultName;
        if (http.Request.Headers.TryGetValue(Header, out var userId))
        {
            var profiles = http.RequestServices.GetRequiredService<ProfileReads>();
            if (await profiles.FindAsync(userId.ToString(), http.RequestAborted) is not { } profile)
            {
                await TypedResults.Problem(
                    statusCode: StatusCodes.Status400BadRequest, title: "Unknown user",
                    detail: $"{Header} must name a seeded user, such as user_88. Leave it out to act as {DefaultName}.").ExecuteAsync(http);
                return;
            }
            name = profile.Name;
        }
        http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], authenticationType: "demo"));
        await next(http);
    });
}

using System.Security.Claims;
using BillingDesk.Data;

namespace BillingDesk.Server;

/// <summary>Stands in for signing in: the header <c>X-Desk-User</c> names a seeded user, who belongs to some accounts; without it the user is "demo", who looks after all of them.</summary>
/// <remarks>Anybody may claim to be anybody, so this is no authentication. A product signs people in here, and authorizes them in its endpoints.</remarks>
internal static class DemoUser
{
    private const string Header = "X-Desk-User";
    private const string DefaultName = "demo";
    private static readonly Claim _all = new("desk", "all"); // what the tags' audiences ask for

    public static void UseDemoUser(this WebApplication app) => app.Use(async (http, next) =>
    {
        var name = DefaultName;
        Claim[] claims = [_all];
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
            var organisations = await http.RequestServices.GetRequiredService<MemberReads>().OrganisationsAsync(userId.ToString(), http.RequestAborted);
            claims = [new Claim("user", userId.ToString()), .. organisations.Select(organisation => new Claim("account", organisation.OrgId))];
        }
        http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. claims], authenticationType: "demo"));
        await next(http);
    });
}

using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>A user's name, changed twice over: by raising the event, which is the everyday way, and by naming the tag.</summary>
internal static class ProfileEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/users/{userId}/profile", RenameAsync).Raises<ProfileUpdated>();
        routes.MapPost("/api/users/{userId}/display-name", SetDisplayNameAsync).UserAction();
    }

    private static async Task<Results<Ok<UserProfile>, NotFound, ValidationProblem>> RenameAsync(
        string userId, UserName body, ProfileWrites profiles, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (!body.IsValid) return UserName.Refusal();
        var ended = await transactions.WriteAsync(() => profiles.RenameAsync(userId, body.Name, user.Identity!.Name!, ct), change =>
        {
            if (change is not null) freshet.Raise(new ProfileUpdated(change.Profile.UserId, change.OrgIds));
        }, ct);
        return ended is null ? TypedResults.NotFound() : TypedResults.Ok(ended.Profile);
    }

    /// <summary>The person who typed the name waits for it, so the tag is expired: <c>UpdateTag</c>.</summary>
    private static async Task<Results<Ok<UserProfile>, NotFound, ValidationProblem>> SetDisplayNameAsync(
        string userId, UserName body, ProfileWrites profiles, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (!body.IsValid) return UserName.Refusal();
        var ended = await transactions.WriteAsync(() => profiles.RenameAsync(userId, body.Name, user.Identity!.Name!, ct), change =>
        {
            if (change is not null) freshet.UpdateTag(WorkspaceCatalog.Profile.For(change.Profile.UserId));
        }, ct);
        return ended is null ? TypedResults.NotFound() : TypedResults.Ok(ended.Profile);
    }
}

/// <summary>A name to give a user.</summary>
internal sealed record UserName(string Name)
{
    public bool IsValid => IsAllowed(Name);

    public static bool IsAllowed(string? name) => !string.IsNullOrWhiteSpace(name) && name.Length <= 100 && !name.Any(char.IsControl);

    public static ValidationProblem Refusal() => TypedResults.ValidationProblem([new("name", ["Use 1 to 100 printable characters."])]);
}

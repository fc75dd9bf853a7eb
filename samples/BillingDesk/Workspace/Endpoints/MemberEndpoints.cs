using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>Changing and removing members. Who may do so is decided elsewhere: what a cache forgets never ends a session.</summary>
internal static class MemberEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/orgs/{orgId}/members/{userId}/role", ChangeRoleAsync).Raises<MemberRoleChanged>();
        routes.MapDelete("/api/orgs/{orgId}/members/{userId}", RemoveAsync).Raises<MemberRemoved>();
    }

    private static async Task<Results<Ok<MemberRow>, NotFound, ValidationProblem, ProblemHttpResult>> ChangeRoleAsync(
        string orgId, string userId, RoleChoice choice, MemberWrites members, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (!MemberRole.IsKnown(choice.Role))
            return TypedResults.ValidationProblem([new("role", [$"Use one of: {string.Join(", ", MemberRole.All)}."])]);
        var ended = await transactions.WriteAsync(() => members.ChangeRoleAsync(orgId, userId, choice.Role, user.Identity!.Name!, ct), outcome =>
        {
            if (outcome is RoleOutcome.Changed(var changed)) freshet.Raise(new MemberRoleChanged(orgId, changed.UserId, changed.Role));
        }, ct);
        switch (ended)
        {
            case RoleOutcome.Changed(var member):
                return TypedResults.Ok(member);
            case RoleOutcome.LastOwner:
                return LastOwner();
            default:
                return TypedResults.NotFound();
        }
    }

    private static async Task<Results<Ok<Membership>, NotFound, ProblemHttpResult>> RemoveAsync(
        string orgId, string userId, MemberWrites members, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        var ended = await transactions.WriteAsync(() => members.RemoveAsync(orgId, userId, user.Identity!.Name!, ct), outcome =>
        {
            if (outcome is RemoveOutcome.Removed gone) freshet.Raise(new MemberRemoved(gone.OrgId, gone.UserId));
        }, ct);
        switch (ended)
        {
            case RemoveOutcome.Removed removed:
                return TypedResults.Ok(new Membership(removed.OrgId, removed.UserId));
            case RemoveOutcome.LastOwner:
                return LastOwner();
            default:
                return TypedResults.NotFound();
        }
    }

    private static ProblemHttpResult LastOwner() => TypedResults.Problem(
        statusCode: StatusCodes.Status409Conflict, title: "The last owner", detail: "An organisation keeps at least one owner. Make somebody else owner first.");

    /// <summary>The role to give.</summary>
    private sealed record RoleChoice(string Role);

    /// <summary>The membership that ended.</summary>
    private sealed record Membership(string OrgId, string UserId);
}

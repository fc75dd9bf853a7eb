using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>An administrator edits the footer that stands below every statement.</summary>
internal static class StatementFooterEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPut("/api/admin/statements/footer", SetAsync).UserAction();

    /// <summary>No tag of a cached query names those pages: they share a layout, and that is what is invalidated: <c>RevalidatePath</c>.</summary>
    private static async Task<Results<Ok<SiteFooter>, ValidationProblem>> SetAsync(
        FooterText body, SiteWrites site, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (body.Text.Length > 500) return TypedResults.ValidationProblem([new("text", ["Use at most 500 characters."])]);
        return TypedResults.Ok(await transactions.WriteAsync(
            () => site.SetFooterAsync(FooterGroup.Statements, body.Text, user.Identity!.Name!, ct), _ => freshet.RevalidatePath(FooterGroup.Statements, PathScope.Layout), ct));
    }

    private sealed record FooterText(string Text);
}

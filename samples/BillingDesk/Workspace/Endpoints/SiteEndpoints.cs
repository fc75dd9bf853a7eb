using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>What belongs to the whole site: the footer and the feedback widget.</summary>
internal static class SiteEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/widgets/feedback", AddFeedbackAsync).UserAction();
        routes.MapPut("/api/site/footer", SetFooterAsync).UserAction();
    }

    /// <summary>No cached read shows feedback, so there is nothing to invalidate; the widget only wants its page drawn again: <c>Refresh</c>.</summary>
    private static async Task<Results<Ok<Feedback>, ValidationProblem>> AddFeedbackAsync(
        SiteText body, SiteWrites site, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(body.Text) || body.Text.Length > 2_000)
            return TypedResults.ValidationProblem([new("text", ["Use 1 to 2000 characters."])]);
        var id = await site.AddFeedbackAsync(body.Text, user.Identity!.Name!, ct);
        freshet.Refresh();
        return TypedResults.Ok(new Feedback(id));
    }

    /// <summary>The footer stands below every page of <c>/plain</c>, so their layout is invalidated: <c>RevalidatePath</c>.</summary>
    private static async Task<Results<Ok<SiteFooter>, ValidationProblem>> SetFooterAsync(
        SiteText body, SiteWrites site, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (body.Text.Length > 500) return TypedResults.ValidationProblem([new("text", ["Use at most 500 characters."])]);
        return TypedResults.Ok(await transactions.WriteAsync(
            () => site.SetFooterAsync(FooterGroup.Plain, body.Text, user.Identity!.Name!, ct), _ => freshet.RevalidatePath(FooterGroup.Plain, PathScope.Layout), ct));
    }

    private sealed record SiteText(string Text);

    private sealed record Feedback(string Id);
}

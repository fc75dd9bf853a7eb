using System.Security.Claims;
using BillingDesk.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>Putting an account on another plan.</summary>
internal static class PlanChangeEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/accounts/{accountId}/plan", ChangeAsync).Raises<SubscriptionChanged>();

    private static async Task<Results<Ok<AccountPlan>, NotFound, ValidationProblem>> ChangeAsync(
        string accountId, PlanChoice choice, PlanChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        switch (await changes.ChangeAsync(accountId, choice.PlanId, user.Identity!.Name!, ct))
        {
            case PlanChangeOutcome.Changed(var plan):
                return TypedResults.Ok(plan);
            case PlanChangeOutcome.PlanNotFound:
                return PlanChoice.Unknown();
            default:
                return TypedResults.NotFound();
        }
    }
}

/// <summary>The plan to take.</summary>
internal sealed record PlanChoice(string PlanId)
{
    public static ValidationProblem Unknown() => TypedResults.ValidationProblem([new("planId", ["There is no such plan. GET /api/plans lists them."])]);
}

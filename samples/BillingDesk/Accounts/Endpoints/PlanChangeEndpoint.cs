using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
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
        string accountId, PlanChoice choice, AccountWrites accounts, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        switch (await accounts.ChangePlanAsync(accountId, choice.PlanId, user.Identity!.Name!, ct))
        {
            case PlanChangeOutcome.Changed(var plan):
                freshet.Raise(new SubscriptionChanged(plan.AccountId, plan.PlanId));
                return TypedResults.Ok(plan);
            case PlanChangeOutcome.PlanNotFound:
                return TypedResults.ValidationProblem([new("planId", ["There is no such plan. GET /api/plans lists them."])]);
            default:
                return TypedResults.NotFound();
        }
    }

    /// <summary>The plan to take.</summary>
    private sealed record PlanChoice(string PlanId);
}

using System.Security.Claims;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>The price list.</summary>
internal static class PlanEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/plans", (IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(BillingCatalog.Plans, BillingCatalog.AllPlans, ct));
        routes.MapPut("/api/plans/{planId}", ListAsync).Raises<PlanListed>();
    }

    private static async Task<Results<Ok<PlanRow>, NotFound, ValidationProblem>> ListAsync(
        string planId, PlanTerms terms, PlanWrites plans, DeskTransactions transactions, IFreshet freshet, ClaimsPrincipal user, CancellationToken ct)
    {
        if (terms.Validate() is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);
        var plan = await transactions.WriteAsync(() => plans.ListAsync(planId, terms.Name, terms.MonthlyCents, user.Identity!.Name!, ct), listed =>
        {
            if (listed is not null) freshet.Raise(new PlanListed(listed.Id));
        }, ct);
        return plan is null ? TypedResults.NotFound() : TypedResults.Ok(plan);
    }

    /// <summary>What a plan is listed as.</summary>
    private sealed record PlanTerms(string Name, long MonthlyCents)
    {
        public Dictionary<string, string[]> Validate()
        {
            var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
            if (string.IsNullOrWhiteSpace(Name) || Name.Length > 100) problems["name"] = ["Use 1 to 100 characters."];
            if (MonthlyCents is < 0 or > 100_000_000) problems["monthlyCents"] = ["Use whole cents from 0 to 100000000."];
            return problems;
        }
    }
}

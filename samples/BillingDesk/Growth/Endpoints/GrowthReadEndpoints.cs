using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Growth;

/// <summary>Reads of what the growth team makes of other teams' data.</summary>
internal static class GrowthReadEndpoints
{
    private const int FewestLetters = 2; // one would find half of everything, and each text is an entry of its own

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/accounts/{accountId}/recommendations", RecommendationsAsync);
        routes.MapGet("/api/accounts/{accountId}/dashboard", DashboardAsync);
        routes.MapGet("/api/search", SearchAsync);
        routes.MapGet("/api/admin/plan-mix", (IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(GrowthCatalog.PlanMix, BillingCatalog.AllPlans, ct));
    }

    private static async Task<Results<Ok<IReadOnlyList<Recommendation>>, NotFound>> RecommendationsAsync(
        string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(GrowthCatalog.Recommendations, accountId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();

    private static async Task<Results<Ok<DashboardAnswer>, NotFound>> DashboardAsync(
        string accountId, IFreshet freshet, DeskClock clock, CancellationToken ct) =>
        await freshet.ReadAsync(GrowthCatalog.Dashboard, accountId, ct) is { } dashboard
            ? TypedResults.Ok(new DashboardAnswer(dashboard, UsagePipeline.LagAt(dashboard.UsageAsOf, clock.Now)))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<SearchFindings>, ValidationProblem>> SearchAsync(string? q, IFreshet freshet, CancellationToken ct)
    {
        var text = q?.Trim() ?? "";
        if (text.Length < FewestLetters) return TypedResults.ValidationProblem([new("q", [$"Use at least {FewestLetters} characters."])]);
        return TypedResults.Ok(await freshet.ReadAsync(GrowthCatalog.Search, text, ct));
    }

    /// <summary>The dashboard, with how far behind its usage is at this moment.</summary>
    private sealed record DashboardAnswer(Dashboard Account, PipelineLag Usage);
}

using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Growth;

/// <summary>Usage: what a meter sends, the run that adds it up, and the chart of what was added up.</summary>
internal static class UsageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/accounts/{accountId}/usage", ChartAsync);
        routes.MapPost("/api/accounts/{accountId}/usage", AddAsync);
        // Whoever presses the button waits for the chart, so here the event expires its tags; the job at intervals marks them stale.
        routes.MapPost("/api/pipelines/usage/run", RollUpAsync).Raises<UsageRolledUp>();
    }

    private static async Task<Results<Ok<UsageAnswer>, NotFound>> ChartAsync(string accountId, IFreshet freshet, DeskClock clock, CancellationToken ct) =>
        await freshet.ReadAsync(GrowthCatalog.UsageChart, accountId, ct) is { } chart
            ? TypedResults.Ok(new UsageAnswer(
                chart.AccountId, chart.IncludedUnits, chart.UsedUnits, UsagePipeline.LagAt(chart.AsOf, clock.Now), chart.Days))
            : TypedResults.NotFound();

    /// <summary>Invalidates nothing: no cached query shows raw usage. Accepted, because it counts once the pipeline has added it up.</summary>
    private static async Task<Results<Accepted, NotFound, ValidationProblem>> AddAsync(
        string accountId, MeteredUsage body, UsageWrites usage, CancellationToken ct)
    {
        if (body.Units is < 1 or > UsageWrites.MaxUnits)
            return TypedResults.ValidationProblem([new("units", [$"Use a whole number from 1 to {UsageWrites.MaxUnits}."])]);
        return await usage.AddAsync(accountId, body.Units, ct) ? TypedResults.Accepted((string?)null) : TypedResults.NotFound();
    }

    private static async Task<Ok<RunAnswer>> RollUpAsync(UsageWrites usage, DeskTransactions transactions, IFreshet freshet, CancellationToken ct)
    {
        var run = await transactions.WriteAsync(() => usage.RollUpAsync(ct), run => freshet.Raise(new UsageRolledUp(UsagePipeline.Name, run.AccountIds)), ct);
        return TypedResults.Ok(new RunAnswer(run.AsOf, run.Rows));
    }

    private sealed record MeteredUsage(long Units);

    private sealed record RunAnswer(DateTime AsOf, long Rows);

    /// <summary>The chart, with how far behind it is at this moment.</summary>
    private sealed record UsageAnswer(string AccountId, long IncludedUnits, long UsedUnits, PipelineLag Pipeline, IReadOnlyList<UsageDay> Days);
}

using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>The accounts team's endpoints.</summary>
public static class AccountsEndpoints
{
    /// <summary>Maps them all. The host signs in a user with a name: it stands in the audit timeline.</summary>
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        // Searched as somebody types, and shown nowhere else: plain SQL, not a cached query.
        routes.MapGet("/api/accounts", (AccountReads accounts, CancellationToken ct, string? search, int limit = 20) => accounts.SearchAsync(search, limit, ct));
        routes.MapGet("/api/accounts/{accountId}/summary", SummaryAsync);
        routes.MapGet("/api/accounts/{accountId}/card", CardAsync);
        routes.MapGet("/api/accounts/{accountId}/subscription", SubscriptionAsync);
        routes.MapGet("/api/accounts/{accountId}/nightly-summary", LastNightAsync);
        AccountTableEndpoint.Map(routes);
        PlanChangeEndpoint.Map(routes);
        PlanCheckout.Map(routes);
        StatementPages.Map(routes);
        StatementFooterEndpoint.Map(routes);
        return routes;
    }

    private static async Task<Results<Ok<AccountSummary>, NotFound>> SummaryAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(AccountsCatalog.Summary, accountId, ct) is { } summary ? TypedResults.Ok(summary) : TypedResults.NotFound();

    private static async Task<Results<Ok<DashboardCard>, NotFound>> CardAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(AccountsCatalog.Card, accountId, ct) is { } card ? TypedResults.Ok(card) : TypedResults.NotFound();

    private static async Task<Results<Ok<NightlySummary>, NotFound>> LastNightAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(AccountsCatalog.LastNight, accountId, ct) is { } summary ? TypedResults.Ok(summary) : TypedResults.NotFound();

    private static async Task<Results<Ok<Subscription>, NotFound>> SubscriptionAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(AccountsCatalog.SubscriptionOf, accountId, ct) is { } subscription ? TypedResults.Ok(subscription) : TypedResults.NotFound();
}

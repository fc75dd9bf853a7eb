using BillingDesk.Billing;
using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>Buying a plan through the provider. The browser is back before the webhook is: it shows "Activating" until the subscription has changed (S12).</summary>
public static class PlanCheckout
{
    /// <summary>The type of the delivery that tells of a bought plan.</summary>
    public const string Completed = "checkout.completed";

    private const string AccountId = "accountId";
    private const string PlanId = "planId";
    private const string Actor = "payment provider";

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/accounts/{accountId}/checkout", BeginAsync);

    /// <summary>Says what the webhook of payments does for a plan.</summary>
    public static void On(WebhookBuilder payments)
    {
        ArgumentNullException.ThrowIfNull(payments);
        payments.On(Completed, CompleteAsync).Raises<SubscriptionChanged>();
    }

    private static async Task<Results<Accepted<CheckoutBegun>, NotFound, ValidationProblem>> BeginAsync(
        string accountId, PlanChoice choice, IFreshet freshet, IPaymentProvider provider, CancellationToken ct)
    {
        if (await freshet.ReadAsync(AccountsCatalog.SubscriptionOf, accountId, ct) is null) return TypedResults.NotFound();
        var plans = await freshet.ReadAsync(BillingCatalog.Plans, BillingCatalog.AllPlans, ct);
        if (!plans.Any(plan => plan.Id == choice.PlanId)) return PlanChoice.Unknown();
        var id = await provider.BeginAsync(new Checkout(Completed, new Dictionary<string, string> { [AccountId] = accountId, [PlanId] = choice.PlanId }), ct);
        return TypedResults.Accepted((string?)null, new CheckoutBegun(id));
    }

    private static async Task CompleteAsync(Payment message, PlanChanges changes, CancellationToken ct) =>
        await changes.ChangeAsync(message.Data.GetValueOrDefault(AccountId, ""), message.Data.GetValueOrDefault(PlanId, ""), Actor, ct);
}

using BillingDesk.Accounts;
using BillingDesk.Billing;

namespace BillingDesk.Server;

/// <summary>The payment provider knows one address. What is done for each type of its deliveries, the teams say.</summary>
internal static class DeskWebhooks
{
    public const string PaymentsPath = "/webhooks/payments";

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapWebhook(PaymentsPath, ProviderOptions.Webhook);
        InvoiceCheckout.On(payments);
        PlanCheckout.On(payments);
    }
}

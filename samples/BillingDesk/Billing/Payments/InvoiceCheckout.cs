using BillingDesk.Data;
using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>Paying an invoice through the provider: the checkout begins here, and its webhook tells how it ended.</summary>
public static class InvoiceCheckout
{
    /// <summary>The type of the delivery that tells of a paid invoice.</summary>
    public const string Succeeded = "payment.succeeded";

    private const string InvoiceId = "invoiceId";
    private const string Actor = "payment provider";

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/invoices/{invoiceId}/checkout", BeginAsync);

    /// <summary>Says what the webhook of payments does for an invoice.</summary>
    public static void On(WebhookBuilder payments)
    {
        ArgumentNullException.ThrowIfNull(payments);
        payments.On(Succeeded, SucceedAsync).Raises<InvoicePaid>();
    }

    // Writes nothing, so nothing is invalidated: an invoice that somebody is about to pay is as unpaid as before.
    private static async Task<Results<Accepted<CheckoutBegun>, NotFound, ProblemHttpResult>> BeginAsync(
        string invoiceId, IFreshet freshet, IPaymentProvider provider, CancellationToken ct)
    {
        if (await freshet.ReadAsync(BillingCatalog.InvoiceById, invoiceId, ct) is not { } invoice) return TypedResults.NotFound();
        if (invoice.Status == InvoiceStatus.Paid)
            return TypedResults.Problem(
                statusCode: StatusCodes.Status409Conflict, title: "Already paid", detail: "The invoice was paid before. Nothing was begun; read it again.");
        var id = await provider.BeginAsync(new Checkout(Succeeded, new Dictionary<string, string> { [InvoiceId] = invoice.Id }), ct);
        return TypedResults.Accepted((string?)null, new CheckoutBegun(id));
    }

    // An invoice that is paid already, or is none of ours, is no failure of the delivery: telling the provider so would make it deliver for days.
    private static async Task SucceedAsync(Payment message, InvoicePayments payments, CancellationToken ct) =>
        await payments.PayAsync(message.Data.GetValueOrDefault(InvoiceId, ""), Actor, ct);
}

/// <summary>A delivery of the payment provider.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">What it tells of.</param>
/// <param name="Data">What the checkout referred to.</param>
public sealed record Payment(string Id, string Type, IReadOnlyDictionary<string, string> Data);

using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Billing;

/// <summary>Registers what the billing team's writes need.</summary>
public static class BillingServices
{
    /// <summary>Adds the payments of invoices, for whoever pays, and the settlement of what is overdue.</summary>
    public static IServiceCollection AddBilling(this IServiceCollection services) => services.AddScoped<InvoicePayments>().AddScoped<OverdueSettlement>();
}

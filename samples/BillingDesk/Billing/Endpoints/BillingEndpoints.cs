using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>The billing team's endpoints.</summary>
public static class BillingEndpoints
{
    /// <summary>Maps them all. The host signs in a user with a name: it stands in the audit timeline.</summary>
    public static IEndpointRouteBuilder MapBilling(this IEndpointRouteBuilder routes)
    {
        InvoiceReadEndpoints.Map(routes);
        PayEndpoints.Map(routes);
        InvoiceCheckout.Map(routes);
        OverdueSettlement.Map(routes);
        EditEndpoint.Map(routes);
        PlanEndpoints.Map(routes);
        return routes;
    }
}

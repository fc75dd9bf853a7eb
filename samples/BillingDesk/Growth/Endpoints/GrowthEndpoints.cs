using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Growth;

/// <summary>The growth team's endpoints.</summary>
public static class GrowthEndpoints
{
    /// <summary>Maps them all.</summary>
    public static IEndpointRouteBuilder MapGrowth(this IEndpointRouteBuilder routes)
    {
        GrowthReadEndpoints.Map(routes);
        UsageEndpoints.Map(routes);
        return routes;
    }
}

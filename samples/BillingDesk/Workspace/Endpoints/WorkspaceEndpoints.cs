using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>The workspace team's endpoints.</summary>
public static class WorkspaceEndpoints
{
    /// <summary>Maps them all. The host signs in a user with a name: it stands in the audit timeline.</summary>
    public static IEndpointRouteBuilder MapWorkspace(this IEndpointRouteBuilder routes)
    {
        WorkspaceReadEndpoints.Map(routes);
        MemberEndpoints.Map(routes);
        ProfileEndpoints.Map(routes);
        IdentityHook.Map(routes);
        SiteEndpoints.Map(routes);
        PlainPages.Map(routes);
        return routes;
    }
}

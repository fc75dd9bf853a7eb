namespace BillingDesk.Server;

/// <summary>The names of the web nodes behind one address, so that the page can follow each of them at <c>/nodes/{name}/api/live</c>. For this sample only.</summary>
internal static class NodesEndpoint
{
    private const string Key = "BillingDesk:Nodes";

    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        var names = (routes.ServiceProvider.GetRequiredService<IConfiguration>()[Key] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        routes.MapGet("/api/nodes", () => TypedResults.Ok(names));
    }
}

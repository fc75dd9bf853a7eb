using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Workspace;

/// <summary>Reads of people, teams and the audit timelines.</summary>
internal static class WorkspaceReadEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/orgs/{orgId}/members", MembersAsync);
        routes.MapGet("/api/users/{userId}/organisations", OrganisationsAsync);
        routes.MapGet("/api/users/{userId}/profile", ProfileAsync);
        routes.MapGet("/api/accounts/{accountId}/audit", TimelineAsync);
        routes.MapGet("/api/invoices/{invoiceId}/history", HistoryAsync);
    }

    private static async Task<Results<Ok<IReadOnlyList<MemberRow>>, NotFound>> MembersAsync(string orgId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(WorkspaceCatalog.Members, orgId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<OrganisationRow>>, NotFound>> OrganisationsAsync(
        string userId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(WorkspaceCatalog.MyOrganisations, userId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();

    private static async Task<Results<Ok<UserProfile>, NotFound>> ProfileAsync(string userId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(WorkspaceCatalog.UserProfile, userId, ct) is { } profile ? TypedResults.Ok(profile) : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<AuditEntry>>, NotFound>> TimelineAsync(string accountId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(WorkspaceCatalog.Timeline, accountId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();

    private static async Task<Results<Ok<IReadOnlyList<AuditEntry>>, NotFound>> HistoryAsync(string invoiceId, IFreshet freshet, CancellationToken ct) =>
        await freshet.ReadAsync(WorkspaceCatalog.InvoiceHistory, invoiceId, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();
}

using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using BillingDesk.Growth;
using BillingDesk.Workspace;
using Freshet;

namespace BillingDesk.Server;

/// <summary>What every process of the desk composes, whether it answers requests or runs jobs.</summary>
internal static class DeskCatalogs
{
    /// <summary>Adds the four teams' catalogs, with the outbox in the desk's database, over one log in Redis where <c>Freshet:Redis:ConnectionString</c> names one.</summary>
    public static FreshetBuilder AddDeskCatalogs(this IServiceCollection services, IConfiguration configuration, BillingDeskDatabase database)
    {
        var freshet = services.AddFreshet().Add<BillingCatalog>().Add<AccountsCatalog>().Add<WorkspaceCatalog>().Add<GrowthCatalog>().UseDeskOutbox(database)
            .RunOperation(BillingCatalog.SettleOverdue, (OverdueSettlement settlement, OperationRun<SettleOverdue, Settled> run, CancellationToken ct) => settlement.RunAsync(run, ct));
        return configuration["Freshet:Redis:ConnectionString"] is null ? freshet : freshet.UseRedis();
    }
}

using BillingDesk.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BillingDesk.Server;

/// <summary>Healthy while the database answers.</summary>
internal sealed class DatabaseHealth(SiteReads site) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await site.FooterAsync(FooterGroup.Plain, cancellationToken); // one row by its key; what it throws makes the check unhealthy
        return HealthCheckResult.Healthy();
    }
}

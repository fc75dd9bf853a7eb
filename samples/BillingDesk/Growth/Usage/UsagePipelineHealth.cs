using BillingDesk.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BillingDesk.Growth;

/// <summary>Degraded while the usage pipeline is further behind than it promises: pages still answer, and say so.</summary>
internal sealed class UsagePipelineHealth(UsageReads usage, DeskClock clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var lag = UsagePipeline.LagAt(await usage.AsOfAsync(cancellationToken), clock.Now);
        return lag.Late
            ? HealthCheckResult.Degraded($"The usage pipeline is {TimeSpan.FromSeconds(lag.LagSeconds):c} behind; its bound is {UsagePipeline.Bound:c}.")
            : HealthCheckResult.Healthy();
    }
}

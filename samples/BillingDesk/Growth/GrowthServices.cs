using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Growth;

/// <summary>Registers the growth team's job and its health check.</summary>
public static class GrowthServices
{
    /// <summary>Adds the usage pipeline. Its interval is configured as <c>BillingDesk:UsageRollUpEvery</c>.</summary>
    /// <exception cref="InvalidOperationException">The interval is no time, or one with which the pipeline could not keep its bound.</exception>
    public static IServiceCollection AddGrowth(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(UsagePipelineOptions.From(configuration));
        services.AddHostedService<UsageRollUpJob>();
        services.AddHealthChecks().AddCheck<UsagePipelineHealth>("usage-pipeline");
        return services;
    }
}

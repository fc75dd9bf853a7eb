using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Accounts;

/// <summary>Registers what the accounts team's writes need, and its nightly job.</summary>
public static class AccountsServices
{
    /// <summary>Adds the changes of plans, and the nightly job. When it runs is configured as <c>BillingDesk:NightlyAt</c>.</summary>
    /// <exception cref="InvalidOperationException">The time is neither a time of day nor <c>never</c>.</exception>
    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<PlanChanges>();
        services.AddSingleton(NightlySummaryOptions.From(configuration));
        services.AddSingleton<NightlySummaryJob>();
        services.AddHostedService(provider => provider.GetRequiredService<NightlySummaryJob>());
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BillingDesk.Data;

/// <summary>Registers the data layer of the Billing Desk.</summary>
public static class BillingDeskDataExtensions
{
    /// <summary>
    /// Adds the database and its clock (singletons), and the transactions, reads and writes (scoped). Uses the registered
    /// <see cref="TimeProvider"/>, or the system's if there is none.
    /// </summary>
    /// <param name="services">Where to add.</param>
    /// <param name="database">The database; the services' provider disposes it. Call <see cref="BillingDeskDatabase.PrepareAsync"/> before the first read.</param>
    public static IServiceCollection AddBillingDeskData(this IServiceCollection services, BillingDeskDatabase database)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => database); // by factory, so that the container disposes it
        services.AddSingleton<DeskClock>();
        services.AddScoped<DeskTransactions>();
        services.AddScoped<InvoiceReads>().AddScoped<InvoiceWrites>();
        services.AddScoped<AccountReads>().AddScoped<AccountWrites>();
        services.AddScoped<PlanReads>().AddScoped<PlanWrites>();
        services.AddScoped<MemberReads>().AddScoped<MemberWrites>();
        services.AddScoped<ProfileReads>().AddScoped<ProfileWrites>();
        services.AddScoped<SiteReads>().AddScoped<SiteWrites>();
        services.AddScoped<UsageReads>().AddScoped<UsageWrites>();
        services.AddScoped<NightlySummaryReads>().AddScoped<NightlySummaryWrites>();
        services.AddScoped<AuditReads>().AddScoped<SubscriptionReads>().AddScoped<StatementReads>();
        services.AddScoped<AccountTableReads>().AddScoped<SearchReads>().AddScoped<RecommendationReads>();
        return services;
    }
}

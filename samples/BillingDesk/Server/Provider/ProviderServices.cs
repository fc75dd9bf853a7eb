using BillingDesk.Billing;

namespace BillingDesk.Server;

/// <summary>Registers the simulated provider. A product has a real one, and configures the secret that it was given.</summary>
internal static class ProviderServices
{
    public static IServiceCollection AddSimulatedProvider(this IServiceCollection services, IConfigurationManager configuration)
    {
        services.AddSingleton(ProviderOptions.From(configuration));
        services.AddSingleton<SimulatedProvider>();
        services.AddSingleton<IPaymentProvider>(provider => provider.GetRequiredService<SimulatedProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<SimulatedProvider>());
        return services;
    }
}

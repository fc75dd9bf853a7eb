using System.Diagnostics.Metrics;
using Freshet;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Freshet to an application.</summary>
public static class FreshetServiceCollectionExtensions
{
    /// <summary>Adds Freshet; add catalogs to what it returns: <c>services.AddFreshet().Add&lt;Billing&gt;()</c>. Options come from the configuration section <c>Freshet</c>.</summary>
    /// <remarks>The catalogs are composed and checked when the host starts, or when <see cref="IFreshet"/> is first resolved without a host.</remarks>
    public static FreshetBuilder AddFreshet(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILoggerFactory, NullLoggerFactory>();
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        services.TryAddSingleton<IConfigureOptions<FreshetOptions>>(provider => new ConfigureFreshetOptions(Section(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FreshetOptions>, FreshetOptionsValidator>());

        services.TryAddSingleton(provider => FreshetComposition.Compose(provider, Section(provider)));
        services.TryAddSingleton(provider => provider.GetRequiredService<FreshetComposition>().Catalog);
        services.TryAddSingleton(provider => provider.GetRequiredService<FreshetComposition>().Policies);
        services.TryAddSingleton(MakeNode);
        services.TryAddSingleton(provider => new RecordHistory(Options(provider).LogRetention));
        services.TryAddSingleton(provider => new CacheTargets(
            provider.GetServices<CacheTargetRegistration>(), Options(provider), Section(provider),
            provider.GetRequiredService<Node>(), provider.GetRequiredService<RecordHistory>(), provider.GetRequiredService<ILogger<CacheTargets>>()));
        services.TryAddSingleton(MakeLog);
        services.TryAddSingleton(provider => new SharedLogMeter((SharedLog)provider.GetRequiredService<FreshnessLog>(), provider.GetRequiredService<Node>(), provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new OverdueHolds(
            provider.GetRequiredService<FreshnessLog>(), provider.GetRequiredService<Node>(), Options(provider).HoldLimit,
            provider.GetRequiredService<ListenerFailures>(), provider.GetRequiredService<ILogger<OverdueHolds>>()));
        services.TryAddSingleton(provider => new HoldMeter(
            provider.GetRequiredService<FreshnessLog>().Holds, provider.GetRequiredService<Node>(), provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<TargetFollowers.StartedOnce>();
        services.TryAddSingleton(provider => TargetFollowers.Start(provider, provider.GetRequiredService<TargetFollowers.StartedOnce>()));
        services.TryAddSingleton(provider => new TargetMeter(provider.GetRequiredService<CacheTargets>(), provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new FreshetService(
            provider.GetRequiredService<CatalogModel>(), provider.GetRequiredService<PolicyBook>(), Options(provider),
            provider.GetRequiredService<Node>(), provider.GetRequiredService<FreshnessLog>(),
            provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<ILogger<IFreshet>>(), provider.GetService<IPathRegistry>(),
            provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IScopeInitializer)), SecondLevelSetup.AccessOf(provider),
            provider.GetService<IOutbox>(), provider.GetRequiredService<EventData>(), provider.GetService<IUnitOfWorkSource>()));
        services.TryAddSingleton(provider => EventData.From(Options(provider)));
        SecondLevelSetup.AddTo(services, Section);
        OperationSetup.AddTo(services, Section);
        AddDiagnostics(services);
        services.TryAddSingleton(provider => new Sweeper(
            provider.GetRequiredService<FreshetService>(), Options(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Sweeper>>(),
            warnings: provider.GetRequiredService<FreshnessWarnings>()));
        services.TryAddSingleton<IFreshet>(provider =>
        {
            provider.GetRequiredService<FreshetMeter>();
            provider.GetRequiredService<Sweeper>().Start();
            provider.GetRequiredService<OverdueHolds>();
            provider.GetRequiredService<HoldMeter>();
            if (provider.GetRequiredService<FreshnessLog>() is SharedLog shared)
            {
                provider.GetRequiredService<SharedLogMeter>();
                shared.Start();
            }
            provider.GetRequiredService<TargetFollowers.StartedOnce>().ThrowIfMaking();
            provider.GetRequiredService<TargetFollowers>();
            provider.GetRequiredService<TargetMeter>();
            provider.GetRequiredService<SecondLevelMeter>();
            return provider.GetRequiredService<FreshetService>();
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StartUp>());
        return new FreshetBuilder(services);
    }

    private static Node MakeNode(IServiceProvider provider)
    {
        var clock = new Clock(provider.GetRequiredService<TimeProvider>());
        var isShared = provider.GetService<ILogService>() is not null;
        return new Node(clock, Epoch.Create(), isShared ? new Confirmation(clock, Options(provider).SharedLog.LeaseMargin) : null);
    }

    private static FreshnessLog MakeLog(IServiceProvider provider)
    {
        var (node, history, targets) = (provider.GetRequiredService<Node>(), provider.GetRequiredService<RecordHistory>(), provider.GetRequiredService<CacheTargets>());
        var (invalidations, failures) = (provider.GetRequiredService<InvalidationCounters>(), provider.GetRequiredService<ListenerFailures>());
        if (provider.GetService<ILogService>() is not { } service)
            return new InProcessLog(node, history, targets, invalidations, failures, provider.GetRequiredService<ILogger<InProcessLog>>());
        var composition = provider.GetRequiredService<FreshetComposition>();
        return new SharedLog(
            service, Options(provider).SharedLog, () => composition.KindsUnderLease, node, history, targets, invalidations, failures,
            provider.GetRequiredService<ILogger<SharedLog>>());
    }

    private static void AddDiagnostics(IServiceCollection services)
    {
        services.TryAddSingleton(provider => new ListenerFailures(provider.GetRequiredService<ILogger<ListenerFailures>>()));
        services.TryAddSingleton(_ => new InvalidationCounters());
        services.TryAddSingleton(provider => new FreshnessWarnings(
            provider.GetRequiredService<FreshetService>(), provider.GetRequiredService<InvalidationCounters>(), provider.GetRequiredService<ListenerFailures>(),
            Options(provider).Warnings, provider.GetRequiredService<ILogger<FreshnessWarnings>>()));
        services.TryAddSingleton(provider => new FreshetMeter(
            provider.GetRequiredService<FreshetService>(), provider.GetRequiredService<PolicyBook>(), provider.GetRequiredService<InvalidationCounters>(),
            provider.GetRequiredService<FreshnessWarnings>(), provider.GetRequiredService<ListenerFailures>(), provider.GetService<IMeterFactory>()));
    }

    private static FreshetOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<FreshetOptions>>().Value;

    private static IConfigurationSection? Section(IServiceProvider provider) =>
        provider.GetService<IConfiguration>()?.GetSection(FreshetOptions.Section);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis.Tests.Faults;

/// <summary>The application that runs in a node process.</summary>
internal sealed class NodeApp
{
    private readonly ServiceProvider _services;

    private NodeApp(NodeSettings settings, ServiceProvider services, VaultSource source)
    {
        Settings = settings;
        Source = source;
        _services = services;
        Freshet = services.GetRequiredService<IFreshet>();
    }

    public NodeSettings Settings { get; }

    public IFreshet Freshet { get; }

    public VaultSource Source { get; }

    public Recorder Recorder { get; } = new();

    public SharedLog Log => (SharedLog)Freshet.Log;

    public DisturbedLog Told => (DisturbedLog)_services.GetRequiredService<ILogService>();

    public ShiftedTime Time => (ShiftedTime)_services.GetRequiredService<TimeProvider>();

    public bool HoldsLease => ((FreshetService)Freshet).Node.Confirmation!.HoldsLease;

    public IEnumerable<QueryCounters> Counters => ((FreshetService)Freshet).Runtimes.Select(runtime => runtime.Counters);

    public QueryCounters CountersOf(CachedQuery query) => ((FreshetService)Freshet).Runtimes.Single(runtime => runtime.Declared.Declaration == query).Counters;

    public static async Task<NodeApp> StartAsync(NodeSettings settings)
    {
        Vault.Settings = settings;
        var source = new VaultSource((await ConnectionMultiplexer.ConnectAsync(settings.Source)).GetDatabase(), settings.LongestLoad);
        var services = new ServiceCollection();
        if (settings.WallClockOff is { } off) services.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromSeconds(off)));
        services.AddSingleton(source);
        services.AddSingleton<ILoggerFactory>(new ErrorStreamLog());
        services.AddFreshet().Add<Vault>()
            .UseRedis(settings.Log, redis => redis.AcceptEviction = settings.AcceptEviction)
            .Configure(options =>
            {
                options.SharedLog.NodeName = settings.Name;
                options.SharedLog.LeaseDuration = TimeSpan.FromMilliseconds(settings.LeaseDuration);
                options.SharedLog.LeaseMargin = TimeSpan.FromMilliseconds(settings.LeaseMargin);
                options.SharedLog.ExchangeInterval = TimeSpan.FromMilliseconds(settings.ExchangeInterval);
                options.SharedLog.ExchangeTimeout = TimeSpan.FromMilliseconds(settings.ExchangeTimeout);
                options.SharedLog.AppendTimeout = TimeSpan.FromMilliseconds(settings.AppendTimeout);
            });
        services.PostConfigure<SecondLevelOptions>(options => options.Enabled = settings.SecondLevel);
        var real = services.Last(service => service.ServiceType == typeof(ILogService)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton<ILogService>(provider => new DisturbedLog((ILogService)real(provider), settings.Telling)));
        var app = new NodeApp(settings, services.BuildServiceProvider(validateScopes: true), source);
        foreach (var hosted in app._services.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return app;
    }

    public async Task StopAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _services.DisposeAsync();
    }

    /// <summary>Warnings and worse, to the parent: one line each, its id first.</summary>
    private sealed class ErrorStreamLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Console.Error.WriteLine($"{logLevel} {eventId.Id} {formatter(state, exception).ReplaceLineEndings(" ")} {exception?.Message.ReplaceLineEndings(" ")}");
        }
    }
}

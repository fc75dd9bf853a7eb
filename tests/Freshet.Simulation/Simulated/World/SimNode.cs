using System.Diagnostics.Metrics;
using Freshet.Sql;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet.Simulation;

/// <summary>One process of the application, from its start to its crash or stop: the real core on simulated services.</summary>
internal sealed class SimNode
{
    private readonly ServiceProvider _services;
    private readonly LogWire _wire;
    private readonly SimLog _log;
    private readonly List<Action> _abandon = [];
    private readonly Meters _meters = new();

    public SimNode(Scheduler scheduler, World world, int number, int incarnation, double rate, Chance chance)
    {
        (Number, Incarnation, Link, _log) = (number, incarnation, world.Links[number], world.Log);
        Lane = new Lane(scheduler, number + 1, $"node {number}.{incarnation}");
        Time = new NodeTime(scheduler, Lane, rate);
        _wire = new LogWire(scheduler, world.Log, Lane, Link, world.Conditions, chance.Split());
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IMeterFactory>(_meters);
        services.AddSingleton<ILogService>(_wire);
        services.AddSingleton<ISecondLevel>(new StoreWire(scheduler, world.Store, Lane, Link, world.Conditions, chance.Split()));
        services.AddSingleton<IHybridCacheSerializer<Row>, RowSerializer>();
        services.AddSingleton(new LoaderLink(scheduler, Lane, world.Source, world.History, world.Conditions, chance.Split()));
        Database = new DatabaseLink(scheduler, world.Database, Lane, world.Conditions, chance.Split());
        AddOutbox(services, new OutboxDatabase(scheduler, world.Outbox, Database), world.OutboxOptions);
        services.AddFreshet().Add<Shop>().Configure(options =>
        {
            options.MaxTimeToLive = Promises.MaxTimeToLive;
            options.SweepInterval = TimeSpan.FromSeconds(1);
            options.LogRetention = 1_000;
            options.HoldLimit = Promises.HoldLimit;
            options.MaxBytes = 64L << 20;
            options.SharedLog.NodeName = Lane.Name;
            options.SharedLog.LeaseDuration = Promises.LeaseDuration;
            options.SharedLog.LeaseMargin = Promises.LeaseMargin;
            options.SharedLog.MaxRecordsPerExchange = world.RecordsPerExchange;
            options.SharedLog.ExchangeTimeout = world.ExchangeTimeout;
        });
        _services = services.BuildServiceProvider();
    }

    public int Number { get; }

    public int Incarnation { get; }

    public Lane Lane { get; }

    public NodeTime Time { get; }

    public NodeLink Link { get; }

    /// <summary>Its way to the database.</summary>
    public DatabaseLink Database { get; }

    /// <summary>How many holds its log could not take in time: nothing is promised of those writes until their append.</summary>
    public long HoldsNotPlaced => _services.GetRequiredService<FreshnessLog>().Holds[HoldOutcome.NotPlaced];

    /// <summary>Its Freshet, once it has started.</summary>
    public IFreshet Freshet { get; private set; } = null!;

    public bool IsGone => Lane.IsDead;

    /// <summary>Starts it, as a host would. The caller is on its lane.</summary>
    public async Task StartAsync()
    {
        _log.Connect(_wire);
        Freshet = _services.GetRequiredService<IFreshet>();
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StartAsync(CancellationToken.None);
    }

    /// <summary>Stops it in good order, as a host would: what started last stops first. The caller is on its lane.</summary>
    public async Task StopAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse()) await hosted.StopAsync(CancellationToken.None);
    }

    /// <summary>It is gone at once, and everybody who waits for it hears so.</summary>
    public void Kill()
    {
        Lane.Kill();
        _log.Disconnect(_wire);
        _meters.Dispose();
        foreach (var abandon in _abandon.ToList()) abandon();
        _abandon.Clear();
    }

    public void TellConnection(bool isConnected) => _wire.TellConnection(isConnected);

    /// <summary>Does something on the node, for somebody elsewhere who waits for it.</summary>
    /// <exception cref="NodeGoneException">The node died meanwhile.</exception>
    public Task<T> CallAsync<T>(Func<Task<T>> work)
    {
        var caller = Lane.Current;
        var ended = new System.Threading.Tasks.TaskCompletionSource<T>();
        void Abandon() => caller.Post(() => ended.TrySetException(new NodeGoneException()));
        if (IsGone)
        {
            Abandon();
            return ended.Task;
        }
        _abandon.Add(Abandon);
        Lane.Post(async () =>
        {
            try
            {
                var result = await work();
                caller.Post(() => ended.TrySetResult(result));
            }
            catch (Exception error)
            {
                caller.Post(() => ended.TrySetException(error));
            }
            _abandon.Remove(Abandon);
        });
        return ended.Task;
    }

    // As UsePostgresOutbox does it.
    private static void AddOutbox(ServiceCollection services, OutboxDatabase database, SqlOutboxOptions options)
    {
        services.AddSingleton(provider => new SqlOutbox(
            database, options, provider.GetRequiredService<IOptions<FreshetOptions>>().Value.Keyspace, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqlOutbox>>()));
        services.AddSingleton<IOutbox>(provider => provider.GetRequiredService<SqlOutbox>());
        services.AddSingleton(provider => new OutboxCounters(() => provider.GetRequiredService<SqlOutbox>().State, provider.GetService<IMeterFactory>()));
        services.AddSingleton(provider => new RowReader(provider.GetRequiredService<CatalogModel>(), provider.GetRequiredService<EventData>()));
        services.AddSingleton(provider => new OutboxRelay(
            provider.GetRequiredService<SqlOutbox>(), provider.GetRequiredService<FreshnessLog>(), provider.GetRequiredService<RowReader>(), options,
            provider.GetRequiredService<OutboxCounters>(), new Clock(provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<ILogger<OutboxRelay>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxHost(
            provider.GetRequiredService<SqlOutbox>(), provider.GetRequiredService<OutboxRelay>(), options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OutboxHost>>()));
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _made.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (var meter in _made) meter.Dispose();
            _made.Clear();
        }
    }
}

/// <summary>A process died while somebody waited for it.</summary>
internal sealed class NodeGoneException : Exception;

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        services.AddFreshet().Add<Shop>().Configure(options =>
        {
            options.MaxTimeToLive = Promises.MaxTimeToLive;
            options.SweepInterval = TimeSpan.FromSeconds(1);
            options.LogRetention = 1_000;
            options.MaxBytes = 64L << 20;
            options.SharedLog.NodeName = Lane.Name;
            options.SharedLog.LeaseDuration = Promises.LeaseDuration;
            options.SharedLog.LeaseMargin = Promises.LeaseMargin;
            options.SharedLog.MostRecordsPerExchange = world.RecordsPerExchange;
        });
        _services = services.BuildServiceProvider();
    }

    public int Number { get; }

    public int Incarnation { get; }

    public Lane Lane { get; }

    public NodeTime Time { get; }

    public NodeLink Link { get; }

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

    /// <summary>Stops it in good order. The caller is on its lane.</summary>
    public async Task StopAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StopAsync(CancellationToken.None);
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

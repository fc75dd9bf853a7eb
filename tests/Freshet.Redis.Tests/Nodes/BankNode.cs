using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet.Redis.Tests.Nodes;

/// <summary>One node of the bank: an application of its own, with its own memory, on the Redis that all share.</summary>
public sealed class BankNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private BankNode(ServiceProvider services, CollectedLog log)
    {
        _services = services;
        LogLines = log;
        Freshet = services.GetRequiredService<IFreshet>();
    }

    public IFreshet Freshet { get; }

    public CollectedLog LogLines { get; }

    internal SharedLog Log => (SharedLog)Freshet.Log;

    internal Node Node => ((FreshetService)Freshet).Node;

    public static async Task<BankNode> StartAsync(string redis, Ledger ledger, string name, Action<FreshetOptions>? configure = null)
    {
        var log = new CollectedLog();
        var services = new ServiceCollection();
        services.AddSingleton(ledger);
        services.AddSingleton<ILoggerFactory>(log);
        services.AddFreshet().Add<Bank>().UseRedis(redis).Configure(options =>
        {
            options.SharedLog.NodeName = name;
            configure?.Invoke(options);
        });
        var node = new BankNode(services.BuildServiceProvider(validateScopes: true), log);
        foreach (var hosted in node._services.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return node;
    }

    public async Task<ConsistencyToken?> PayAsync(Ledger ledger, string account, int balance)
    {
        await using var action = Freshet.BeginUserAction("pay");
        ledger[account] = balance;
        Freshet.Raise(new Paid(account));
        return await action.CompleteAsync();
    }

    public Task<int> BalanceAsync(string account) => Freshet.ReadAsync(Bank.Balance, account).AsTask();

    /// <summary>Completes once the log is old enough that nothing may be held in it that this node does not know of.</summary>
    public async Task SettledAsync()
    {
        using var watchdog = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Node.Applied.Holds?.CoverEverything == true) await Task.Delay(50, watchdog.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _services.DisposeAsync();
    }
}

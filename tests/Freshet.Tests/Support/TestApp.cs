using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

/// <summary>An application with one catalog, a source of truth and a clock that moves only when told.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestApp(ServiceProvider services, TestTimeProvider time, CollectedLog log)
    {
        _services = services;
        Time = time;
        LogLines = log;
        Freshet = services.GetRequiredService<IFreshet>();
        Source = services.GetRequiredService<Source>();
    }

    public IFreshet Freshet { get; }

    public Source Source { get; }

    public TestTimeProvider Time { get; }

    public CollectedLog LogLines { get; }

    public IServiceProvider Services => _services;

    public static TestApp Start(Action<FreshetBuilder>? configure = null, IConfiguration? configuration = null) =>
        Start<Things>(configure, configuration);

    public static TestApp Start<TCatalog>(Action<FreshetBuilder>? configure = null, IConfiguration? configuration = null) where TCatalog : Catalog, new()
    {
        var time = new TestTimeProvider();
        var log = new CollectedLog();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<Source>();
        services.AddSingleton<ILoggerFactory>(log);
        if (configuration is not null) services.AddSingleton(configuration);
        var builder = services.AddFreshet().Add<TCatalog>();
        configure?.Invoke(builder);
        var provider = services.BuildServiceProvider(validateScopes: true);
        var app = new TestApp(provider, time, log);
        foreach (var hosted in provider.GetServices<IHostedService>()) hosted.StartAsync(default).GetAwaiter().GetResult();
        return app;
    }

    /// <summary>Runs one user action that changes a row and raises its event.</summary>
    public async Task<ConsistencyToken?> WriteAsync(string id, Value value)
    {
        await using var action = Freshet.BeginUserAction("write");
        Source[id] = value;
        Freshet.Raise(new ThingChanged(id));
        return await action.CompleteAsync();
    }

    /// <summary>Marks a thing stale, as a webhook would.</summary>
    public async Task MarkStaleAsync(string id, Profile profile)
    {
        await using var action = Freshet.BeginWebhook("hook");
        Freshet.RevalidateTag(Things.Thing.For(id), profile);
        await action.CompleteAsync();
    }

    /// <summary>Expires a thing.</summary>
    public async Task ExpireAsync(string id)
    {
        await using var action = Freshet.BeginUserAction("expire");
        Freshet.UpdateTag(Things.Thing.For(id));
        await action.CompleteAsync();
    }

    /// <summary>Reads a number. The limit is a watchdog: a read that wrongly waits for a held load fails its test instead of hanging it.</summary>
    public async Task<int> ReadAsync(CachedQuery<string, Value> query, string id) =>
        (await Freshet.ReadAsync(query, id).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Number;

    /// <summary>Reads until the answer is as it should be: a load that nobody waits for lands when it lands. Without the load this never ends but by the watchdog.</summary>
    public async Task UntilAsync(Func<Task<int>> read, Func<int, bool> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!isSo(await read()))
        {
            if (watchdog.IsCompleted) throw new TimeoutException("The answer never became what it should be.");
            await Task.Yield();
        }
    }

    /// <summary>Completes when nothing loads, in the background either.</summary>
    public async Task SettledAsync()
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (((FreshetService)Freshet).Node.Running.Lowest != long.MaxValue)
        {
            if (watchdog.IsCompleted) throw new TimeoutException("A load never ended.");
            await Task.Yield();
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

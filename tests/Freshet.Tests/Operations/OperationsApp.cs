using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Freshet.Tests.Operations;

public sealed record Order(string ThingId);

public sealed record Done(int Number);

/// <summary>An application that works off operations, as each test says.</summary>
internal sealed class OperationsApp : IAsyncDisposable
{
    public static readonly OperationKind<Order, Done> Rebuild = new("thing-rebuild");

    private readonly bool _works;

    private OperationsApp(TestApp app, MemoryOutbox database, bool works)
    {
        App = app;
        Database = database;
        _works = works;
    }

    public TestApp App { get; }

    public MemoryOutbox Database { get; }

    public TestTimeProvider Time => App.Time;

    public IOperations Operations => App.Services.GetRequiredService<IOperations>();

    public MemoryOperations Store => (MemoryOperations)App.Services.GetRequiredService<IOperationStore>();

    public OperationOptions Options => App.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<OperationOptions>>().Value;

    /// <summary>Starts it.</summary>
    /// <param name="work">What a worker does; null for an application that only accepts.</param>
    /// <param name="configure">Changes the options.</param>
    public static OperationsApp Start(Func<OperationRun<Order, Done>, OperationsApp, CancellationToken, Task>? work, Action<OperationOptions>? configure = null)
    {
        var database = new MemoryOutbox();
        OperationsApp? started = null;
        var app = TestApp.Start(freshet =>
        {
            freshet.Services.AddMetrics().AddSingleton(database).AddSingleton<IOutbox>(database);
            freshet.Services.AddSingleton<IOperationStore>(services => new MemoryOperations(database, services.GetRequiredService<TimeProvider>()));
            if (work is not null) freshet.RunOperation(Rebuild, (Source _, OperationRun<Order, Done> run, CancellationToken ct) => work(run, started!, ct));
            freshet.ConfigureOperations(options => configure?.Invoke(options));
        });
        return started = new OperationsApp(app, database, work is not null);
    }

    /// <summary>A worker's everyday work: write, event and completion in one transaction.</summary>
    public static async Task RebuildAsync(OperationRun<Order, Done> run, OperationsApp app, CancellationToken ct)
    {
        using var transaction = await app.Database.BeginAsync();
        var number = app.App.Source[run.Input.ThingId].Number + 1;
        transaction.Write(() => app.App.Source[run.Input.ThingId] = new Value(number));
        app.App.Freshet.Raise(new ThingChanged(run.Input.ThingId));
        await run.CompleteAsync(transaction, new Done(number), ct);
        transaction.Commit();
    }

    public async Task<Operation> AcceptAsync(string thing = "a", string? owner = "ada")
    {
        if (_works) await Time.WhenTimerSetAsync(Options.PollInterval); // the worker has looked and found nothing: it takes this one when it is told to look again
        using var transaction = await Database.BeginAsync();
        var operation = await Operations.AcceptAsync(transaction, Rebuild, new Order(thing), owner);
        transaction.Commit();
        return operation;
    }

    /// <summary>Lets the worker look once more.</summary>
    public async Task PollAsync(TimeSpan? after = null)
    {
        await Time.WhenTimerSetAsync(after ?? Options.PollInterval);
        Time.Advance(after ?? Options.PollInterval);
    }

    /// <summary>Lets the worker look once more after a while in which it has found nothing.</summary>
    public async Task PollAfterAsync(TimeSpan pause)
    {
        await Time.WhenTimerSetAsync(Options.PollInterval);
        Time.Advance(pause);
    }

    /// <summary>Waits until an operation is so far, as its owner would see it.</summary>
    public async Task<Operation> WhenAsync(Guid id, OperationState status)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await Operations.FindAsync(id) is { } operation && operation.Status == status) return operation;
            if (watchdog.IsCompleted) throw new TimeoutException($"The operation never became {status}.");
            await Task.Yield();
        }
    }

    public Task StopAsync() => App.Services.GetServices<IHostedService>().OfType<OperationWorker>().Single().StopAsync(default).WaitAsync(TimeSpan.FromSeconds(30));

    public async Task<IReadOnlyList<LogRecord>> RecordsAsync()
    {
        var records = new List<LogRecord>();
        if (App.Freshet.Log.Position.Position == 0) return records;
        await foreach (var record in App.Freshet.Log.FollowAsync(0))
        {
            records.Add(record);
            if (record.Position == App.Freshet.Log.Position.Position) break;
        }
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Database.Dispose();
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Freshet.Tests.SecondLevel;

/// <summary>Two nodes with one second level and one source. What one of them appends, the other hears when it is told to. Each has a clock of its own.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    public required TestApp A { get; init; }

    public required TestApp B { get; init; }

    public required SharedStore Store { get; init; }

    public Source Source => A.Source;

    public static Nodes Start(Action<FreshetBuilder>? configure = null, IConfiguration? configuration = null) => Start<Sharing, Sharing>(configure, configuration);

    public static Nodes Start<TCatalogA, TCatalogB>(Action<FreshetBuilder>? configure = null, IConfiguration? configuration = null)
        where TCatalogA : Catalog, new()
        where TCatalogB : Catalog, new()
    {
        var (store, source, epoch) = (new SharedStore(), new Source(), Epoch.Create());
        return new Nodes
        {
            A = TestApp.Start<TCatalogA>(Join, configuration),
            B = TestApp.Start<TCatalogB>(Join, configuration),
            Store = store,
        };

        void Join(FreshetBuilder builder)
        {
            builder.Services.AddMetrics();
            builder.Services.AddSingleton<ISecondLevel>(store);
            builder.Services.Replace(ServiceDescriptor.Singleton(source));
            builder.Services.Replace(ServiceDescriptor.Singleton(provider => new Node(new Clock(provider.GetRequiredService<TimeProvider>()), epoch)));
            configure?.Invoke(builder);
        }
    }

    /// <summary>Time passes everywhere.</summary>
    public void Advance(TimeSpan by)
    {
        A.Time.Advance(by);
        B.Time.Advance(by);
        Store.Time.Advance(by);
    }

    /// <summary>The second node hears of everything that the first has appended.</summary>
    public void Deliver()
    {
        var (head, to) = (NodeOf(A).Applied.Position, NodeOf(B));
        foreach (var record in A.Services.GetRequiredService<RecordHistory>().Copy(to.Applied.Position.Position, head.Position)) to.Apply(record);
    }

    /// <summary>Loads on a node, and returns when the value is in the second level.</summary>
    public async Task<int> FillAsync(TestApp node, CachedQuery<string, Value> query, string id)
    {
        var before = CountersOf(node, query)[StoreResult.Stored];
        var number = await node.ReadAsync(query, id);
        await UntilAsync(() => CountersOf(node, query)[StoreResult.Stored] > before);
        return number;
    }

    public static async Task UntilAsync(Func<bool> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be so.");
            await Task.Yield();
        }
    }

    public static SecondLevelCounters CountersOf(TestApp node, CachedQuery query) =>
        node.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == query.Name).SecondLevelCounters.ShouldNotBeNull();

    public static Node NodeOf(TestApp node) => node.Services.GetRequiredService<Node>();

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
    }
}

/// <summary>Reads records without following.</summary>
internal static class RecordHistoryExtensions
{
    public static IReadOnlyList<LogRecord> Copy(this RecordHistory history, long after, long upTo)
    {
        var records = new List<LogRecord>();
        if (upTo <= after) return records;
        foreach (var record in history.FollowAsync(after, () => upTo, CancellationToken.None).ToBlockingEnumerable())
        {
            records.Add(record);
            if (record.Position >= upTo) break;
        }
        return records;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Log.Shared;

/// <summary>Several applications on one log and one source of truth, each with a clock of its own.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private readonly List<Member> _members = [];

    public Nodes() => Server = new TestLogServer(ServerTime) { IsMature = true };

    public TestTimeProvider ServerTime { get; } = new();

    public TestLogServer Server { get; }

    public Source Source { get; } = new();

    public Member Start(string name, Action<FreshetBuilder>? configure = null) => Start<Things>(name, configure);

    public Member Start<TCatalog>(string name, Action<FreshetBuilder>? configure = null, IConfiguration? configuration = null) where TCatalog : Catalog, new()
    {
        var link = Server.Connect(name);
        var app = TestApp.Start<TCatalog>(builder =>
        {
            builder.Services.AddSingleton<ILogService>(link).AddSingleton(Source);
            builder.Configure(options => options.SharedLog.NodeName = name);
            configure?.Invoke(builder);
        }, configuration);
        var member = new Member(app, link, this);
        _members.Add(member);
        return member;
    }

    /// <summary>Lets the same time pass everywhere.</summary>
    public void Advance(TimeSpan by)
    {
        ServerTime.Advance(by);
        foreach (var member in _members) member.App.Time.Advance(by);
    }

    /// <summary>Waits for what happens on other threads. Without it this never ends but by the watchdog.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be.");
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members) member.Link.Heal();
        foreach (var member in _members) await member.App.DisposeAsync();
    }
}

/// <summary>One of several nodes.</summary>
internal sealed class Member(TestApp app, TestLogConnection link, Nodes nodes)
{
    public TestApp App => app;

    public TestLogConnection Link => link;

    public IFreshet Freshet => app.Freshet;

    public SharedLog Log => (SharedLog)app.Freshet.Log;

    public Confirmation Confirmation => app.Services.GetRequiredService<Node>().Confirmation!;

    public int Exchanges => link.Count(LogCall.Exchange);

    public Task<int> ReadAsync(CachedQuery<string, Value> query, string id) => app.ReadAsync(query, id);

    /// <summary>A read with a token. The limit is a watchdog.</summary>
    public Task<Answer<Value>> AnswerAsync(CachedQuery<string, Value> query, string id, ConsistencyToken? token = null) =>
        app.Freshet.ReadAnswerAsync(query, id, new ReadRequirement { Token = token }).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public Task<ConsistencyToken?> WriteAsync(string id, int number) => app.WriteAsync(id, new Value(number)).WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Begins a write and does not wait for its end.</summary>
    public Task<ConsistencyToken?> BeginWrite(string id, int number) => Task.Run(() => WriteAsync(id, number));

    /// <summary>The way to the log is cut, and this node has found that out.</summary>
    public async Task CutAsync()
    {
        link.IsCut = true;
        await PassIntervalAsync();
        await Nodes.UntilAsync(() => Log.IsAway);
    }

    /// <summary>Lets its interval pass, so that it asks the log by itself.</summary>
    public async Task PassIntervalAsync()
    {
        await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500)); // or the time would pass before it is waited for
        app.Time.Advance(TimeSpan.FromMilliseconds(500));
    }

    /// <summary>It knows that the log has all of its open holds. The log has them earlier: the reply is still on its way.</summary>
    public Task HoldsPlacedAgainAsync() => Nodes.UntilAsync(() => app.Services.GetRequiredService<Node>().OpenHolds.MissingIn(nodes.Server.Head.Epoch).Count == 0);

    /// <summary>It has read everything, and is confirmed again.</summary>
    public async Task CatchUpAsync()
    {
        await Log.CatchUpAsync(null, 0, TimeSpan.FromSeconds(30), default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Log.Position.ShouldBe(nodes.Server.Head);
    }
}

/// <summary>A team whose high queries have nothing to do with things.</summary>
public sealed class Others() : Catalog("others-team")
{
    public static readonly Tag<string> Other = new("other");

    public static readonly Event<OwnerChanged> Changed = new Event<OwnerChanged>("other.changed").Invalidates(Other, e => e.OwnerId!);

    public static readonly CachedQuery<string, Value> High = new CachedQuery<string, Value>("other-high", RiskLevel.High)
        .DependsOn(Other, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}

/// <summary>A high query made of a medium one.</summary>
public sealed class Nested() : Catalog("nested-team")
{
    public static readonly Tag<string> Thing = new("thing");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

    public static readonly CachedQuery<string, Value> Inner = new CachedQuery<string, Value>("nested-inner", RiskLevel.Medium)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));

    public static readonly CachedQuery<string, Value> Outer = new CachedQuery<string, Value>("nested-outer", RiskLevel.High)
        .Reads(Inner)
        .LoadWith(async (IFreshet freshet, string id, CancellationToken ct) => await freshet.ReadAsync(Inner, id, ct));
}

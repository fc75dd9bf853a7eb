namespace Freshet.Simulation;

/// <summary>A row was written.</summary>
public sealed record RowChanged(int Key);

/// <summary>The catalog of every node: a query for each way in which the levels and the loaders differ. Times are short, so that all of them pass within a run.</summary>
internal sealed class Shop() : Catalog("simulation")
{
    /// <summary>How long an old value may be served after its tag was marked stale.</summary>
    public static readonly Profile Brief = new("brief", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

    /// <summary>Shorter: a later mark may end sooner than an earlier one (PROTOCOL 14).</summary>
    public static readonly Profile Briefer = new("briefer", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.2));

    /// <summary>Longer.</summary>
    public static readonly Profile Longer = new("longer", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(7));

    public static readonly Tag<int> Thing = new("thing");

    public static readonly Event<RowChanged> Changed = new Event<RowChanged>("row.changed").Invalidates(Thing, e => e.Key).WithProfile(Brief);

    public static readonly CachedQuery<int, Row> High = Plain("high", RiskLevel.High, QueryKind.High);

    public static readonly CachedQuery<int, Row> Memory = Plain("memory", RiskLevel.High, QueryKind.Memory).InMemoryOnly();

    public static readonly CachedQuery<int, Row> Locked = Plain("locked", RiskLevel.High, QueryKind.Locked).WithLoadLock();

    public static readonly CachedQuery<int, Row> Medium = Plain("medium", RiskLevel.Medium, QueryKind.Medium);

    public static readonly CachedQuery<int, Row> Low = Plain("low", RiskLevel.Low, QueryKind.Low);

    /// <summary>Learns its tag only at the end of its load (PROTOCOL 6).</summary>
    public static readonly CachedQuery<int, Row> Found = new CachedQuery<int, Row>("found", RiskLevel.High)
        .FindsTags(Thing)
        .WithPolicy(Policy(RiskLevel.High))
        .LoadWith(async (LoaderLink link, int key, LoadContext context, CancellationToken ct) =>
        {
            var row = await link.LoadAsync(QueryKind.Found, key, context, ct);
            context.AddTag(Thing.For(key));
            return row;
        });

    /// <summary>Its source is a replica that lags; a load that must reach a version asks the primary (R3, PROTOCOL 28).</summary>
    public static readonly CachedQuery<int, Row> Versioned = new CachedQuery<int, Row>("versioned", RiskLevel.Medium)
        .DependsOn(Thing, key => key)
        .VersionedBy(row => row.Version)
        .WithPolicy(Policy(RiskLevel.Medium))
        .LoadWith((LoaderLink link, int key, LoadContext context, CancellationToken ct) => link.LoadAsync(QueryKind.Versioned, key, context, ct));

    /// <summary>Writers hand it their values (PROTOCOL 25).</summary>
    public static readonly CachedQuery<int, Row> Written = Plain("written", RiskLevel.High, QueryKind.Written).VersionedBy(row => row.Version);

    /// <summary>Made of another query that may be served stale: within a load it may not (PROTOCOL 15).</summary>
    public static readonly CachedQuery<int, Row> Outer = new CachedQuery<int, Row>("outer", RiskLevel.Medium)
        .Reads(Medium)
        .WithPolicy(Policy(RiskLevel.Medium))
        .LoadWith(async (IFreshet freshet, int key, CancellationToken ct) => await freshet.ReadAsync(Medium, key, ct));

    public static readonly Screen Both = new Screen("both").Shows(High, Memory, Found);

    /// <summary>The query of a kind.</summary>
    public static CachedQuery<int, Row> Of(QueryKind kind) => kind switch
    {
        QueryKind.High => High,
        QueryKind.Memory => Memory,
        QueryKind.Locked => Locked,
        QueryKind.Found => Found,
        QueryKind.Medium => Medium,
        QueryKind.Low => Low,
        QueryKind.Versioned => Versioned,
        QueryKind.Written => Written,
        _ => Outer,
    };

    private static CachedQuery<int, Row> Plain(string name, RiskLevel level, QueryKind kind) => new CachedQuery<int, Row>(name, level)
        .DependsOn(Thing, key => key)
        .WithPolicy(Policy(level))
        .LoadWith((LoaderLink link, int key, LoadContext context, CancellationToken ct) => link.LoadAsync(kind, key, context, ct));

    private static Func<QueryPolicy, QueryPolicy> Policy(RiskLevel level) => policy => policy with
    {
        TimeToLive = Promises.Of(level).TimeToLive,
        MaxStaleness = Promises.Of(level).MaxStaleness,
        OutageGrace = Promises.Of(level).OutageGrace,
        StaleOnError = Promises.Of(level).StaleOnError,
        LoadTimeout = TimeSpan.FromSeconds(2),
        CacheTimeout = TimeSpan.FromMilliseconds(level == RiskLevel.High ? 400 : 200),
        MaxConcurrentLoads = 12,
    };
}

/// <summary>Which query a read asks.</summary>
internal enum QueryKind : byte
{
    High,
    Memory,
    Locked,
    Found,
    Medium,
    Low,
    Versioned,
    Written,
    Outer,
}

/// <summary>What a level promises in the simulated shop.</summary>
internal sealed record Promises(TimeSpan TimeToLive, TimeSpan MaxStaleness, TimeSpan OutageGrace, TimeSpan StaleOnError, bool ServesStale)
{
    /// <summary>The keyspace's longest time to live.</summary>
    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromSeconds(16);

    /// <summary>How long a hold may stand before any node ends it.</summary>
    public static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(4);

    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan LeaseMargin = TimeSpan.FromMilliseconds(250);

    private static readonly Promises _high = new(TimeSpan.FromSeconds(6), TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, ServesStale: false);
    private static readonly Promises _medium = new(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), ServesStale: true);
    private static readonly Promises _low = new(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), ServesStale: true);

    public static Promises Of(RiskLevel level) => level switch { RiskLevel.High => _high, RiskLevel.Medium => _medium, _ => _low };

    public static Promises Of(QueryKind kind) => Of(LevelOf(kind));

    public static RiskLevel LevelOf(QueryKind kind) => kind switch
    {
        QueryKind.High or QueryKind.Memory or QueryKind.Locked or QueryKind.Found or QueryKind.Written => RiskLevel.High,
        QueryKind.Low => RiskLevel.Low,
        _ => RiskLevel.Medium,
    };
}

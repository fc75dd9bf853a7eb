namespace Freshet.Redis.Tests.Faults;

public sealed record MoneyMoved(string Account);

public sealed record AccountRenamed(string Account);

/// <summary>What the nodes cache: money nobody may see late, by a declared tag and by one found while loading, and a title that may lag.</summary>
public sealed class Vault() : Catalog(owner: "vault-team")
{
    /// <summary>The cells of the source.</summary>
    public const string MoneyCell = "money", TitleCell = "title";

    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> Name = new("name");

    /// <summary>Short, so that a deadline passes within a test.</summary>
    public static readonly Profile Soon = new("soon", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    public static readonly Event<MoneyMoved> MoneyMoved = new Event<MoneyMoved>("money.moved").Invalidates(Account, e => e.Account).WithProfile(Soon);
    public static readonly Event<AccountRenamed> Renamed = new Event<AccountRenamed>("account.renamed").Invalidates(Name, e => e.Account).WithProfile(Soon);

    public static readonly CachedQuery<string, long> Balance = new CachedQuery<string, long>("balance", RiskLevel.High)
        .DependsOn(Account, id => id)
        .WithPolicy(Limited)
        .LoadWith((VaultSource source, string id, CancellationToken ct) => source.LoadAsync("balance", MoneyCell, id, ct));

    public static readonly CachedQuery<string, long> Statement = new CachedQuery<string, long>("statement", RiskLevel.High)
        .FindsTags(Account)
        .WithPolicy(Limited)
        .LoadWith(async (VaultSource source, string id, LoadContext load, CancellationToken ct) =>
        {
            var version = await source.LoadAsync("statement", MoneyCell, id, ct);
            load.AddTag(Account.For(id));
            return version;
        });

    public static readonly CachedQuery<string, long> Title = new CachedQuery<string, long>("title", RiskLevel.Medium)
        .DependsOn(Name, id => id)
        .WithPolicy(policy => Limited(policy) with { MaxStaleness = TimeSpan.FromMilliseconds(200), OutageGrace = TimeSpan.FromMilliseconds(500) })
        .LoadWith((VaultSource source, string id, CancellationToken ct) => source.LoadAsync("title", TitleCell, id, ct));

    public static IReadOnlyList<CachedQuery<string, long>> Queries { get; } = [Balance, Statement, Title];

    /// <summary>What the queries promise, for the checker.</summary>
    internal static Dictionary<string, QueryBound> Bounds { get; } = new()
    {
        ["balance"] = new(MoneyCell, TimeSpan.Zero, TimeSpan.Zero, ServesStale: false),
        ["statement"] = new(MoneyCell, TimeSpan.Zero, TimeSpan.Zero, ServesStale: false),
        ["title"] = new(TitleCell, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), ServesStale: true),
    };

    internal static NodeSettings? Settings { get; set; }

    private static QueryPolicy Limited(QueryPolicy policy) => Settings is not { } settings ? policy : policy with
    {
        MaxConcurrentLoads = settings.MaxConcurrentLoads,
        TimeToLive = TimeSpan.FromMilliseconds(settings.TimeToLive),
    };
}

using System.ComponentModel;

namespace Freshet.Benchmarks;

/// <summary>What is cached. It says that nobody changes it, so HybridCache keeps it as it is, not serialized.</summary>
[ImmutableObject(true)]
public sealed record Summary(string Id, int Balance);

/// <summary>The same read with no tag, with one and with five.</summary>
public sealed class BenchCatalog() : Catalog("bench")
{
    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> Second = new("second");
    public static readonly Tag<string> Third = new("third");
    public static readonly Tag<string> Fourth = new("fourth");
    public static readonly Tag<string> Fifth = new("fifth");
    public static readonly Tag<string> Shared = new("shared");
    public static readonly Tag<string> Unrelated = new("unrelated");

    public static readonly CachedQuery<string, Summary> NoTags = Load(new("no-tags", RiskLevel.Medium));

    public static readonly CachedQuery<string, Summary> FiveTags = Load(new CachedQuery<string, Summary>("five-tags", RiskLevel.Medium)
        .DependsOn(Account, id => id).DependsOn(Second, id => id).DependsOn(Third, id => id).DependsOn(Fourth, id => id).DependsOn(Fifth, id => id));

    /// <summary>Every entry carries one and the same tag.</summary>
    public static readonly CachedQuery<string, Summary> OneSharedTag = Load(new CachedQuery<string, Summary>("one-shared-tag", RiskLevel.Low)
        .DependsOn(Shared.For("all")));

    public static readonly CachedQuery<string, Summary> TwoSharedTags = Load(new CachedQuery<string, Summary>("two-shared-tags", RiskLevel.Low)
        .DependsOn(Shared.For("all")).DependsOn(Shared.For("other")));

    /// <summary>The same again: memory is measured once for each query.</summary>
    public static readonly CachedQuery<string, Summary> TwoSharedTagsMoving = Load(new CachedQuery<string, Summary>("two-shared-tags-moving", RiskLevel.Low)
        .DependsOn(Shared.For("all")).DependsOn(Shared.For("other")));

    public static readonly CachedQuery<string, Summary> SharedAndOwnTag = Load(new CachedQuery<string, Summary>("shared-and-own-tag", RiskLevel.Low)
        .DependsOn(Shared.For("all")).DependsOn(Account, id => id));

    public static readonly CachedQuery<string, Summary> TwoTags = Load(new CachedQuery<string, Summary>("two-tags", RiskLevel.Low)
        .DependsOn(Account, id => id).DependsOn(Second, id => id));

    /// <summary>Its loader does not complete at once, as one that asks a database does not.</summary>
    public static readonly CachedQuery<string, Summary> Yielding = LoadYielding(new("yielding", RiskLevel.Medium));

    public static readonly CachedQuery<string, Summary> YieldingTwoSharedTags = LoadYielding(new CachedQuery<string, Summary>("yielding-two-shared-tags", RiskLevel.Medium)
        .DependsOn(Shared.For("all")).DependsOn(Shared.For("other")));

    /// <summary>Its loader asks a server.</summary>
    public static readonly CachedQuery<string, Summary> Asking = LoadAsking(new("asking", RiskLevel.Medium));

    public static readonly CachedQuery<string, Summary> AskingTwoSharedTags = LoadAsking(new CachedQuery<string, Summary>("asking-two-shared-tags", RiskLevel.Medium)
        .DependsOn(Shared.For("all")).DependsOn(Shared.For("other")));

    public static readonly CachedQuery<string, Summary> AskingTwoTags = LoadAsking(new CachedQuery<string, Summary>("asking-two-tags", RiskLevel.Medium)
        .DependsOn(Account, id => id).DependsOn(Second, id => id));

    /// <summary>Its loader asks its scope for a service.</summary>
    public static readonly CachedQuery<string, Summary> WithServices = new CachedQuery<string, Summary>("with-services", RiskLevel.Medium)
        .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(10) })
        .LoadWith((IFreshet _, string id, CancellationToken _) => Task.FromResult(new Summary(id, 42)));

    private static CachedQuery<string, Summary> LoadYielding(CachedQuery<string, Summary> query) => query
        .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(10) })
        .LoadWith(async (id, _) =>
        {
            await Task.Yield();
            return new Summary(id, 42);
        });

    private static CachedQuery<string, Summary> LoadAsking(CachedQuery<string, Summary> query) => query
        .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(10) })
        .LoadWith((id, _) => ColdSource.AskAsync(id));

    private static CachedQuery<string, Summary> Load(CachedQuery<string, Summary> query) => query
        .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromHours(1) })
        .LoadWith((id, _) => Task.FromResult(new Summary(id, 42)));
}

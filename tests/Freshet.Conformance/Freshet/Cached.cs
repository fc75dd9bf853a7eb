namespace Freshet.Conformance;

/// <summary>A key and the tag that its value carries.</summary>
public sealed record Asked(string Key, string Tag);

/// <summary>A cached number, with the version that write-through compares.</summary>
public sealed record Numbered(int Number, long Version);

/// <summary>What is under a key has changed.</summary>
public sealed record EntryChanged(string Key);

/// <summary>What carries a tag has changed.</summary>
public sealed record GroupChanged(string Tag);

/// <summary>The catalog behind the neutral interface.</summary>
public sealed class Cached() : Catalog("conformance")
{
    public static readonly Tag<string> Entry = new("entry");
    public static readonly Tag<string> Group = new("group");

    public static readonly Event<EntryChanged> EntryChanged = new Event<EntryChanged>("entry.changed").Invalidates(Entry, e => e.Key);
    public static readonly Event<GroupChanged> GroupChanged = new Event<GroupChanged>("group.changed").Invalidates(Group, e => e.Tag);

    public static readonly CachedQuery<Asked, Numbered> Exact = Query("exact", RiskLevel.High);
    public static readonly CachedQuery<Asked, Numbered> Tolerant = Query("tolerant", RiskLevel.Medium);

    private static CachedQuery<Asked, Numbered> Query(string name, RiskLevel level) => new CachedQuery<Asked, Numbered>(name, level)
        .KeyedBy(asked => asked.Key, asked => asked.Tag)
        .DependsOn(Entry, asked => asked.Key)
        .DependsOn(Group, asked => asked.Tag)
        .VersionedBy(value => value.Version)
        .LoadWith(async (Loaders loaders, Asked asked, CancellationToken _) =>
        {
            var number = await loaders.Of(asked.Key)();
            return new Numbered(number, number); // the source only counts up
        });
}

/// <summary>The loader that was last given for each key.</summary>
public sealed class Loaders
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Func<Task<int>>> _loaders = new();

    public Func<Task<int>> Of(string key) => _loaders[key];

    public void Give(string key, Func<Task<int>> load) => _loaders[key] = load;
}

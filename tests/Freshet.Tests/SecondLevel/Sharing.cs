namespace Freshet.Tests.SecondLevel;

/// <summary>A value that JSON loses: what it writes, it cannot set.</summary>
public sealed class Lossy
{
    public Lossy()
    {
    }

    public Lossy(int number) => Number = number;

    public int Number { get; }
}

/// <summary>Queries that use the second level, one for each thing it does.</summary>
public sealed class Sharing() : Catalog("sharing-team")
{
    public static readonly CachedQuery<string, Value> Plain = Query("plain", RiskLevel.High);
    public static readonly CachedQuery<string, Value> Medium = Query("medium", RiskLevel.Medium);
    public static readonly CachedQuery<string, Value> Versioned = Query("versioned", RiskLevel.High).VersionedBy(value => value.Version);
    public static readonly CachedQuery<string, Value> Locked = Query("locked", RiskLevel.High).WithLoadLock();
    public static readonly CachedQuery<string, Value> Memory = Query("memory", RiskLevel.High).InMemoryOnly();
    public static readonly CachedQuery<string, Value> Found = new CachedQuery<string, Value>("found", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .FindsTags(Things.Owner)
        .LoadWith(async (Source source, string id, LoadContext context, CancellationToken ct) =>
        {
            var value = await source.ReadAsync(id, ct);
            context.AddTag(Things.Owner.For($"owner-{value.Number}"));
            return value;
        });

    public static readonly CachedQuery<string, Value> Outer = new CachedQuery<string, Value>("outer", RiskLevel.High)
        .Reads(Found)
        .LoadWith(async (IFreshet freshet, string id, CancellationToken ct) => await freshet.ReadAsync(Found, id, ct));

    public static readonly CachedQuery<string, Value?> Missing = new CachedQuery<string, Value?>("missing", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .LoadWith(async (Source source, string id, CancellationToken ct) =>
        {
            await source.ReadAsync(id, ct);
            return null;
        });

    public static readonly CachedQuery<string, string> Text = new CachedQuery<string, string>("text", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .LoadWith(async (Source source, string id, CancellationToken ct) => new string('x', (await source.ReadAsync(id, ct)).Number));

    public static readonly CachedQuery<string, Lossy> Lossy = new CachedQuery<string, Lossy>("lossy", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .LoadWith(async (Source source, string id, CancellationToken ct) => new Lossy((await source.ReadAsync(id, ct)).Number));

    public static readonly CachedQuery<string, Value> Never = new CachedQuery<string, Value>("never", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .LoadWith((Source source, string id, LoadContext context, CancellationToken ct) =>
        {
            context.DoNotCache();
            return source.ReadAsync(id, ct);
        });

    public static readonly CachedQuery<string, Value> Many = new CachedQuery<string, Value>("many", RiskLevel.High)
        .DependsOn(Things.Thing, id => id)
        .LoadManyWith(async (Source source, IReadOnlyList<string> ids, CancellationToken ct) =>
        {
            source.NoteBatch(string.Join(',', ids));
            var values = new Dictionary<string, Value>();
            foreach (var id in ids) values[id] = await source.ReadAsync(id, ct);
            return (IReadOnlyDictionary<string, Value>)values;
        });

    public static readonly Event<ThingChanged> Changed = Things.Changed;
    public static readonly Event<OwnerChanged> OwnerChanged = Things.OwnerChanged;
    public static readonly Tag<string> Thing = Things.Thing;
    public static readonly Tag<string> Owner = Things.Owner;

    private static CachedQuery<string, Value> Query(string name, RiskLevel level) => new CachedQuery<string, Value>(name, level)
        .DependsOn(Things.Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}

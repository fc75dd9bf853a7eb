namespace Freshet.Tests;

public sealed record ThingChanged(string Id);

public sealed record OwnerChanged(string? OwnerId);

/// <summary>The catalog most tests read: one query per level, and one for each thing a loader may do.</summary>
public sealed class Things() : Catalog("things-team")
{
    public static readonly Tag<string> Thing = new("thing");
    public static readonly Tag<string> Owner = new("owner");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed")
        .Invalidates(Thing, e => e.Id)
        .WithProfile(Profile.Seconds);

    public static readonly Event<OwnerChanged> OwnerChanged = new Event<OwnerChanged>("owner.changed").Invalidates(Owner, e => e.OwnerId!);

    public static readonly CachedQuery<string, Value> High = Simple("high", RiskLevel.High);
    public static readonly CachedQuery<string, Value> Medium = Simple("medium", RiskLevel.Medium);
    public static readonly CachedQuery<string, Value> Low = Simple("low", RiskLevel.Low);

    public static readonly CachedQuery<string, Value> Versioned = Simple("versioned", RiskLevel.High).VersionedBy(value => value.Version);

    /// <summary>Learns its owner tag only from the data: <c>owner-{number}</c>.</summary>
    public static readonly CachedQuery<string, Value> Found = new CachedQuery<string, Value>("found", RiskLevel.High)
        .DependsOn(Thing, id => id)
        .FindsTags(Owner)
        .LoadWith(async (Source source, string id, LoadContext context, CancellationToken ct) =>
        {
            var value = await source.ReadAsync(id, ct);
            context.AddTag(Owner.For($"owner-{value.Number}"));
            return value;
        });

    /// <summary>Made of another cached query.</summary>
    public static readonly CachedQuery<string, Value> Outer = new CachedQuery<string, Value>("outer", RiskLevel.Medium)
        .Reads(Medium)
        .LoadWith(async (IFreshet freshet, string id, CancellationToken ct) => await freshet.ReadAsync(Medium, id, ct));

    /// <summary>Adds a tag it did not declare.</summary>
    public static readonly CachedQuery<string, Value> Undeclared = new CachedQuery<string, Value>("undeclared", RiskLevel.Low)
        .DependsOn(Thing, id => id)
        .LoadWith((Source _, string id, LoadContext context, CancellationToken _) =>
        {
            context.AddTag(Owner.For(id));
            return Task.FromResult(new Value(0));
        });

    /// <summary>Writes while it loads.</summary>
    public static readonly CachedQuery<string, Value> Writing = new CachedQuery<string, Value>("writing", RiskLevel.Low)
        .DependsOn(Thing, id => id)
        .LoadWith((IFreshet freshet, string id, CancellationToken _) =>
        {
            freshet.Raise(new ThingChanged(id));
            return Task.FromResult(new Value(0));
        });

    /// <summary>Refuses to be stored.</summary>
    public static readonly CachedQuery<string, Value> Never = new CachedQuery<string, Value>("never", RiskLevel.Low)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, LoadContext context, CancellationToken ct) =>
        {
            context.DoNotCache();
            return source.ReadAsync(id, ct);
        });

    public static readonly Screen Both = new Screen("both").Shows(High, Versioned);

    private static CachedQuery<string, Value> Simple(string name, RiskLevel level) => new CachedQuery<string, Value>(name, level)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}

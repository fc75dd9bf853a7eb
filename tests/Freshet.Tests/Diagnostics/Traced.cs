using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Diagnostics;

/// <summary>What its loaders saw around them.</summary>
public sealed class Probe
{
    public Activity? CurrentInLoader { get; set; }

    public string? BaggageInLoader { get; set; }

    public Exception? Failure { get; set; }
}

public sealed record Paid(string Id, string Secret);

public sealed record Listed(IReadOnlyList<string> Ids);

public sealed record NeverHappens(string Id);

/// <summary>A catalog whose loaders look around.</summary>
public sealed class Traced() : Catalog("tracing-team")
{
    public static readonly Tag<string> Row = new("row");
    public static readonly Tag<string> Unread = new("unread");

    public static readonly Event<Paid> Paid = new Event<Paid>("row.paid").Invalidates(Row, e => e.Id);
    public static readonly Event<Listed> Listed = new Event<Listed>("row.listed").InvalidatesEach(Row, e => e.Ids);
    public static readonly Event<NeverHappens> Never = new Event<NeverHappens>("row.lost").Invalidates(Unread, e => e.Id);

    public static readonly CachedQuery<string, string> Inner = Query("inner", RiskLevel.High);
    public static readonly CachedQuery<string, string> Gentle = Query("gentle", RiskLevel.Low);

    public static readonly Screen Panel = new Screen("panel").Shows(Inner);

    private static CachedQuery<string, string> Query(string name, RiskLevel level) => new CachedQuery<string, string>(name, level)
        .DependsOn(Row, id => id)
        .LoadWith(async (Source source, Probe probe, string id, CancellationToken ct) =>
        {
            probe.CurrentInLoader = Activity.Current;
            probe.BaggageInLoader = Activity.Current?.GetBaggageItem("user");
            var value = await source.ReadAsync(id, ct);
            return probe.Failure is { } failure ? throw failure : $"value {value.Number}";
        });

    public static TestApp Start(Action<FreshetBuilder>? configure = null) => TestApp.Start<Traced>(builder =>
    {
        builder.Services.AddSingleton<Probe>();
        builder.Services.AddMetrics();
        configure?.Invoke(builder);
    });
}

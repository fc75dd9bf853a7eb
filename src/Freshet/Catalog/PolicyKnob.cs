using System.Globalization;

namespace Freshet;

/// <summary>One knob of a <see cref="QueryPolicy"/> as data: how to read, write, compare and show it.</summary>
internal abstract class PolicyKnob(string name)
{
    /// <summary>Every knob, in the order of <see cref="QueryPolicy"/>.</summary>
    public static IReadOnlyList<PolicyKnob> All { get; } =
    [
        new DurationKnob(nameof(QueryPolicy.MaxStaleness), policy => policy.MaxStaleness, (policy, value) => policy with { MaxStaleness = value }),
        new SwitchKnob(nameof(QueryPolicy.ServeStale), loose: true, policy => policy.ServeStale, (policy, value) => policy with { ServeStale = value }),
        new DurationKnob(nameof(QueryPolicy.OutageGrace), policy => policy.OutageGrace, (policy, value) => policy with { OutageGrace = value }),
        new DurationKnob(nameof(QueryPolicy.StaleOnError), policy => policy.StaleOnError, (policy, value) => policy with { StaleOnError = value }),
        new DurationKnob(nameof(QueryPolicy.TimeToLive), policy => policy.TimeToLive, (policy, value) => policy with { TimeToLive = value }),
        new DurationKnob(nameof(QueryPolicy.StaleTime), policy => policy.StaleTime, (policy, value) => policy with { StaleTime = value }),
        new SwitchKnob(nameof(QueryPolicy.RefetchOnFocus), loose: false, policy => policy.RefetchOnFocus, (policy, value) => policy with { RefetchOnFocus = value }),
        new OptimisticKnob(),
        new DurationKnob(nameof(QueryPolicy.LoadTimeout), policy => policy.LoadTimeout, (policy, value) => policy with { LoadTimeout = value }) { Least = TimeSpan.FromMilliseconds(1) },
        new DurationKnob(nameof(QueryPolicy.SoftTimeout), policy => policy.SoftTimeout, (policy, value) => policy with { SoftTimeout = value }),
        new NumberKnob(nameof(QueryPolicy.MaxConcurrentLoads), policy => policy.MaxConcurrentLoads, (policy, value) => policy with { MaxConcurrentLoads = value }),
        new SwitchKnob(nameof(QueryPolicy.EarlyRefresh), loose: true, policy => policy.EarlyRefresh, (policy, value) => policy with { EarlyRefresh = value }),
        new DurationKnob(nameof(QueryPolicy.CacheTimeout), policy => policy.CacheTimeout, (policy, value) => policy with { CacheTimeout = value }) { Least = TimeSpan.FromMilliseconds(1) },
        new DurationKnob(nameof(QueryPolicy.LoadLockLapse), policy => policy.LoadLockLapse, (policy, value) => policy with { LoadLockLapse = value }) { Least = TimeSpan.FromMilliseconds(1) },
    ];

    /// <summary>Name of the property, which is also its name in configuration.</summary>
    public string Name { get; } = name;

    /// <summary>What configuration text must look like: <c>a time such as 00:00:30</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>The knob's value as text, in the form that configuration reads.</summary>
    public abstract string Text(QueryPolicy policy);

    /// <summary>Whether the value means anything: times are not negative, choices are defined.</summary>
    public abstract bool IsDefined(QueryPolicy policy);

    /// <summary>Whether a policy promises less than another here.</summary>
    public abstract bool IsLooser(QueryPolicy policy, QueryPolicy limit);

    /// <summary>The policy with the knob set from configuration text; null when the text cannot be read.</summary>
    public abstract QueryPolicy? Set(QueryPolicy policy, string text);
}

internal sealed class DurationKnob(string name, Func<QueryPolicy, TimeSpan> get, Func<QueryPolicy, TimeSpan, QueryPolicy> with) : PolicyKnob(name)
{
    /// <summary>The shortest time that means anything. Default: zero.</summary>
    public TimeSpan Least { get; init; }

    public override string Expected => "a time such as 00:00:30 (hours:minutes:seconds, days before a dot)";

    public override string Text(QueryPolicy policy) => get(policy).ToString("c", CultureInfo.InvariantCulture);

    public override bool IsDefined(QueryPolicy policy) => get(policy) >= Least;

    public override bool IsLooser(QueryPolicy policy, QueryPolicy limit) => get(policy) > get(limit);

    // The colon is asked for because .NET reads a bare "30" as thirty days, which nobody who writes it means.
    public override QueryPolicy? Set(QueryPolicy policy, string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text.Trim(), "c", CultureInfo.InvariantCulture, out var value)
            ? with(policy, value)
            : null;
}

internal sealed class NumberKnob(string name, Func<QueryPolicy, int> get, Func<QueryPolicy, int, QueryPolicy> with) : PolicyKnob(name)
{
    public override string Expected => "a whole number, at least 1";

    public override string Text(QueryPolicy policy) => get(policy).ToString(CultureInfo.InvariantCulture);

    public override bool IsDefined(QueryPolicy policy) => get(policy) >= 1;

    public override bool IsLooser(QueryPolicy policy, QueryPolicy limit) => get(policy) > get(limit);

    public override QueryPolicy? Set(QueryPolicy policy, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? with(policy, value) : null;
}

internal sealed class SwitchKnob(string name, bool loose, Func<QueryPolicy, bool> get, Func<QueryPolicy, bool, QueryPolicy> with) : PolicyKnob(name)
{
    public override string Expected => "true or false";

    public override string Text(QueryPolicy policy) => get(policy) ? "true" : "false";

    public override bool IsDefined(QueryPolicy policy) => true;

    public override bool IsLooser(QueryPolicy policy, QueryPolicy limit) => get(policy) == loose && get(limit) != loose;

    public override QueryPolicy? Set(QueryPolicy policy, string text) => bool.TryParse(text, out var value) ? with(policy, value) : null;
}

internal sealed class OptimisticKnob() : PolicyKnob(nameof(QueryPolicy.Optimistic))
{
    public override string Expected => "Refused, WithRollback or Allowed";

    public override string Text(QueryPolicy policy) => policy.Optimistic.ToString();

    public override bool IsDefined(QueryPolicy policy) => Enum.IsDefined(policy.Optimistic);

    public override bool IsLooser(QueryPolicy policy, QueryPolicy limit) => policy.Optimistic > limit.Optimistic;

    // By name only: Enum.Parse would also take "7" and "Refused, Allowed".
    public override QueryPolicy? Set(QueryPolicy policy, string text)
    {
        foreach (var value in Enum.GetValues<OptimisticUpdates>())
        {
            if (string.Equals(value.ToString(), text.Trim(), StringComparison.OrdinalIgnoreCase)) return policy with { Optimistic = value };
        }
        return null;
    }
}

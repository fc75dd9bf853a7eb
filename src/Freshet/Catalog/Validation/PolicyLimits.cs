namespace Freshet;

/// <summary>One knob of a policy that is set to something it may not be.</summary>
internal sealed record PolicyBreach(PolicyKnob Knob, CatalogFaultKind Kind, string What, string WayOut);

/// <summary>Compares a policy with what its level and keyspace allow, knob by knob.</summary>
internal static class PolicyLimits
{
    /// <summary>Every breach: one for each knob, none for a policy that may stand.</summary>
    public static IEnumerable<PolicyBreach> Breaches(QueryPolicy policy, RiskLevel level, TimeSpan keyspaceMax)
    {
        var limit = LevelLimits.For(level, keyspaceMax);
        foreach (var knob in PolicyKnob.All)
        {
            var breach = knob.Name == nameof(QueryPolicy.TimeToLive)
                ? TimeToLive(knob, policy, limit, level, keyspaceMax)
                : Knob(knob, policy, limit, level);
            if (breach is not null) yield return breach;
        }
    }

    private static PolicyBreach? Knob(PolicyKnob knob, QueryPolicy policy, QueryPolicy limit, RiskLevel level)
    {
        if (!knob.IsDefined(policy))
            return new PolicyBreach(knob, CatalogFaultKind.InvalidPolicy, $"its {knob.Name} of {knob.Text(policy)} means nothing", $"Use {knob.Expected}.");
        return knob.IsLooser(policy, limit) ? Looser(knob, policy, limit, level) : null;
    }

    private static PolicyBreach? TimeToLive(PolicyKnob knob, QueryPolicy policy, QueryPolicy limit, RiskLevel level, TimeSpan keyspaceMax)
    {
        if (policy.TimeToLive <= TimeSpan.Zero)
            return new PolicyBreach(knob, CatalogFaultKind.TimeToLive, $"its TimeToLive of {knob.Text(policy)} is not positive",
                $"Every entry must live for some time and die some day: use more than zero and at most {knob.Text(limit)}.");
        if (policy.TimeToLive > keyspaceMax)
            return new PolicyBreach(knob, CatalogFaultKind.TimeToLive,
                $"its TimeToLive of {knob.Text(policy)} is above the keyspace's MaxTimeToLive of {knob.Text(policy with { TimeToLive = keyspaceMax })}",
                $"Use at most {knob.Text(limit)}.");
        return knob.IsLooser(policy, limit) ? Looser(knob, policy, limit, level) : null;
    }

    private static PolicyBreach Looser(PolicyKnob knob, QueryPolicy policy, QueryPolicy limit, RiskLevel level) => new(
        knob, CatalogFaultKind.LooserThanLevel,
        $"its {knob.Name} of {knob.Text(policy)} is looser than {knob.Text(limit)}, the limit of level {Word(level)}",
        $"Use {knob.Text(limit)} or tighter" + (level is RiskLevel.Low ? "." : ", or declare the query at a lower level if an old value really costs that little."));

    private static string Word(RiskLevel level) => level switch
    {
        RiskLevel.High => "high",
        RiskLevel.Medium => "medium",
        _ => "low",
    };
}

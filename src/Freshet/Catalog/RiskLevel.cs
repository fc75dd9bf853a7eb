namespace Freshet;

/// <summary>The cost of showing an old value, which decides a cached query's policy.</summary>
public enum RiskLevel
{
    /// <summary>Recommendations, counters: old for a minute harms nobody.</summary>
    Low,

    /// <summary>Profiles, memberships, comments: old for a moment is noticed, not harmful.</summary>
    Medium,

    /// <summary>Billing, entitlements, permissions, balances: never older than the last finished write.</summary>
    High,
}

namespace Freshet;

/// <summary>How the log drives one target. Bound from the configuration section <c>Freshet:Targets:{name}</c>; what is set where the target is added overrides it.</summary>
public sealed class CacheTargetOptions
{
    internal static readonly TimeSpan LongestAnswerWait = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan LongestCallTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Whether invalidations are logged and counted for this target, and nothing is changed in it. Default: false.</summary>
    /// <remarks>
    /// A target observes when any of the three says so: this, <c>Freshet:Targets:{name}:ObserveOnly</c>, or <see cref="FreshetOptions.ObserveOnly"/>
    /// for all targets. Read when the application starts.
    /// </remarks>
    public bool ObserveOnly { get; set; }

    /// <summary>How long an action's answer may wait until the target has applied its records, so that who wrote sees the write there too. Default: 100 ms. Zero: never waits. At most 10 s.</summary>
    /// <remarks>A target that once takes longer, or fails, is not waited for again until it has caught up and answers fast enough.</remarks>
    public TimeSpan AnswerWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one call of the target may take before it counts as failed. Default: 10 s. At least 10 ms, at most 5 minutes.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a record is tried before it is given up and the target is reset instead. Default: 4. At least 1, at most 20.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Whether the target is reset when the application starts. Default: true.</summary>
    /// <remarks>
    /// The log of a single process starts anew with it, so what a shared or persistent cache kept may have missed an invalidation.
    /// Turn it off for a cache that is empty at start and costs something to reset, or where the load after each deployment is worse than old values.
    /// </remarks>
    public bool ResetOnStart { get; set; } = true;

    internal IEnumerable<string> Faults(string target)
    {
        if (AnswerWait < TimeSpan.Zero || AnswerWait > LongestAnswerWait)
            yield return $"AnswerWait of '{target}' must be between 0 and {LongestAnswerWait}.";
        if (CallTimeout < TimeSpan.FromMilliseconds(10) || CallTimeout > LongestCallTimeout)
            yield return $"CallTimeout of '{target}' must be between {TimeSpan.FromMilliseconds(10)} and {LongestCallTimeout}.";
        if (MaxAttempts is < 1 or > 20) yield return $"MaxAttempts of '{target}' must be between 1 and 20.";
    }
}

namespace Freshet;

/// <summary>How a load ended, as metrics and activities write it.</summary>
internal static class LoadOutcome
{
    public const string Loaded = "loaded";
    public const string Failed = "failed";

    /// <summary>The second level had the value, and no loader was called.</summary>
    public const string SecondLevel = "second-level";

    /// <summary>Its readers were told that it takes too long. The loader may still return: then it is <see cref="Late"/> as well.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>The loader of a load that had timed out returned after all.</summary>
    public const string Late = "late";

    /// <summary>It got no turn at the source.</summary>
    public const string Rejected = "rejected";
}

/// <summary>Why a load was started, as activities write it.</summary>
internal static class LoadReason
{
    /// <summary>A reader waits for it.</summary>
    public const string Miss = "miss";

    /// <summary>It replaces a value that was served meanwhile.</summary>
    public const string Refresh = "refresh";

    /// <summary>Its reader goes past the cache.</summary>
    public const string Bypass = "bypass";
}

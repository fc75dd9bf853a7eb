namespace Freshet;

/// <summary>When Freshet warns about how it is used. Bound from the configuration section <c>Freshet:Warnings</c>.</summary>
/// <remarks>Each warning is given once per process and subject, in the log and in the metric <c>freshet.warnings</c>. None changes what is served.</remarks>
public sealed class FreshetWarningOptions
{
    /// <summary>A tag is too broad when one invalidation outdates more than this share of all entries. Default: 0.25. Above 0, at most 1, which never warns.</summary>
    public double BroadTagShare { get; set; } = 0.25;

    /// <summary>How many entries there must be before <see cref="BroadTagShare"/> is looked at. Default: 1,000. At least 1.</summary>
    public int BroadTagLeastEntries { get; set; } = 1_000;

    /// <summary>A cached query is not worth its memory when a smaller share of its reads is answered from the cache. Default: 0.01. At least 0, which never warns, and below 1.</summary>
    public double MinHitRate { get; set; } = 0.01;

    /// <summary>How many reads there must have been before <see cref="MinHitRate"/> is looked at. Default: 1,000. At least 1.</summary>
    public int MinRequests { get; set; } = 1_000;

    /// <summary>A kind of tag is of no use when it was invalidated this often and no value ever carried it. Default: 100. At least 1.</summary>
    public int UncarriedInvalidations { get; set; } = 100;

    /// <summary>How long the process runs before an event that was never raised is told. Default: 1 day. At least 1 second.</summary>
    public TimeSpan UnraisedAfter { get; set; } = TimeSpan.FromDays(1);
}

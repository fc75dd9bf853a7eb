namespace Freshet;

/// <summary>When a value that is in use is loaded anew, before it dies, so that no reader waits for it.</summary>
/// <remarks>
/// After XFetch (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015): the longer a load
/// takes, the earlier it begins, and by chance, so that nodes and keys spread. Two things differ. The moment is drawn once, when the
/// value lands, so a hit compares one number and draws nothing; one load per key at a time is given already, by joining. And a whole
/// load time goes before the random part, so that the new value is mostly there when the old one dies.
/// </remarks>
internal static class EarlyRefresh
{
    /// <summary>At most this part of a value's life is given up: a loader that takes as long as its value lives must not run all the time.</summary>
    internal const double LargestShare = 0.25;

    /// <summary>Whether a load took so short a time that its value is refreshed when it dies: whatever is drawn, it would begin less than a millisecond before.</summary>
    /// <remarks>Then there is no need to draw; a load that ends at once has no time for a logarithm.</remarks>
    public static bool IsTooShort(TimeSpan took) => took < _shortest;

    // The draw is a multiple of 2^-53, so the logarithm of what it leaves is above -37.
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(1.0 / 38);

    /// <summary>The moment, by the node's clock in milliseconds.</summary>
    /// <param name="capturedAt">When the load began.</param>
    /// <param name="expiresAt">When the value dies.</param>
    /// <param name="took">How long the load took.</param>
    /// <param name="draw">A number from 0 to below 1.</param>
    public static long At(long capturedAt, long expiresAt, TimeSpan took, double draw)
    {
        var lead = took.TotalMilliseconds * (1 - Math.Log(1 - draw)); // 1 - draw is never zero
        return expiresAt - (long)Math.Min(lead, (expiresAt - capturedAt) * LargestShare);
    }
}

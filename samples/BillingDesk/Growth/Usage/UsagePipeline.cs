namespace BillingDesk.Growth;

/// <summary>The pipeline that adds up raw usage, and what it promises: no chart is further behind than <see cref="Bound"/>.</summary>
/// <remarks>
/// Two bounds add up. Freshet keeps a cached chart to the level of its query: it follows each run of the pipeline. How far behind
/// the runs are is not the cache's doing, so it is declared here, shown beside the chart, and checked: a chart beyond the bound says
/// that it is late, the health check reports it, and the job does not start with an interval that could not keep it.
/// </remarks>
public static class UsagePipeline
{
    /// <summary>Its name, as key of <see cref="GrowthCatalog.Pipeline"/>.</summary>
    public const string Name = "usage";

    /// <summary>How far behind the daily sums may be.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(15);

    /// <summary>How far behind something is that goes as far as <paramref name="asOf"/>.</summary>
    /// <param name="asOf">What had arrived by then is in it (UTC).</param>
    /// <param name="now">The present (UTC). Asked when the answer leaves: a cached value does not know how long ago it was loaded.</param>
    public static PipelineLag LagAt(DateTime asOf, DateTime now)
    {
        // A clock that was set back makes no lag below nothing.
        var lag = now > asOf ? now - asOf : TimeSpan.Zero;
        return new PipelineLag(asOf, lag.TotalSeconds, Bound.TotalSeconds, lag > Bound);
    }
}

/// <summary>How far behind a page is that a pipeline feeds.</summary>
/// <param name="AsOf">What had arrived by then is in it (UTC).</param>
/// <param name="LagSeconds">How long ago that is.</param>
/// <param name="BoundSeconds">How long ago it may be.</param>
/// <param name="Late">Whether it is longer.</param>
public sealed record PipelineLag(DateTime AsOf, double LagSeconds, double BoundSeconds, bool Late);

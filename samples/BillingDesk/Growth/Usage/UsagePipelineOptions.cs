using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace BillingDesk.Growth;

/// <summary>How often the usage pipeline runs.</summary>
/// <param name="Every">The interval; zero for only when somebody asks.</param>
internal sealed record UsagePipelineOptions(TimeSpan Every)
{
    public const string EveryKey = "BillingDesk:UsageRollUpEvery";

    private static readonly TimeSpan _default = TimeSpan.FromMinutes(5);

    /// <summary>Reads the interval. Default: 5 minutes.</summary>
    /// <exception cref="InvalidOperationException">It is no time, or one with which the pipeline could not keep its bound.</exception>
    public static UsagePipelineOptions From(IConfiguration configuration)
    {
        if (configuration[EveryKey] is not { } text) return new(_default);
        // "c" alone: a bare 5 would be taken for days.
        if (!TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var every) || !text.Contains(':', StringComparison.Ordinal))
            throw new InvalidOperationException($"{EveryKey} is '{text}'. Write hours:minutes:seconds, such as 00:05:00; 00:00:00 runs the pipeline only on demand.");
        if (every < TimeSpan.Zero || every > UsagePipeline.Bound)
            throw new InvalidOperationException(
                $"{EveryKey} is {text}, but the usage pipeline promises to be at most {UsagePipeline.Bound:c} behind. Use an interval up to that, or 00:00:00 to run it only on demand.");
        return new(every);
    }
}

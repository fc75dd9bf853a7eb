using Freshet;
using Freshet.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Freshet's health to an application's.</summary>
public static class FreshetHealthChecksBuilderExtensions
{
    /// <summary>Name of the check unless something else is said: <c>freshet</c>.</summary>
    public const string DefaultName = "freshet";

    /// <summary>Most records this node may lag behind its log before it counts as degraded, unless something else is said: 1,000.</summary>
    public const long DefaultMaxLag = 1_000;

    /// <summary>
    /// Tells whether this node follows its log: <c>services.AddHealthChecks().AddFreshet()</c>. Not healthy while the log is away, while
    /// records wait to be appended, or while the node lags; the data say by how much. A log of one process is always healthy.
    /// </summary>
    /// <param name="builder">The application's health checks; its services have <c>AddFreshet()</c>.</param>
    /// <param name="name">Name of the check; default <see cref="DefaultName"/>.</param>
    /// <param name="maxLag">Most records the node may lag; at least 0, default <see cref="DefaultMaxLag"/>.</param>
    /// <param name="failureStatus">What is reported when it is not healthy; null for degraded. A node without its log still answers from the source, so taking it out of service rarely helps.</param>
    /// <param name="tags">Tags of the check; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLag"/> is negative.</exception>
    public static IHealthChecksBuilder AddFreshet(
        this IHealthChecksBuilder builder, string name = DefaultName, long maxLag = DefaultMaxLag, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLag);
        return builder.Add(new HealthCheckRegistration(
            name, services => new FreshetHealth(services.GetRequiredService<IFreshet>(), services.GetRequiredService<FreshetService>(), maxLag), failureStatus ?? HealthStatus.Degraded, tags));
    }
}

namespace Freshet;

/// <summary>How long an outdated value may live on after its tag was marked stale: the three times of the well-known cacheLife presets.</summary>
/// <param name="Name">Name for logs and exports.</param>
/// <param name="Stale">How long a browser may show the value without asking again.</param>
/// <param name="Revalidate">Age after which a rendered page is renewed in the background while the old one is served.</param>
/// <param name="Expire">How long after the invalidation the old value may still be served while one load replaces it. Then it counts as expired.</param>
public sealed record Profile(string Name, TimeSpan Stale, TimeSpan Revalidate, TimeSpan Expire)
{
    /// <summary>Served stale for at most 5 minutes: what an event uses unless it says otherwise.</summary>
    public static Profile Default { get; } = new("default", TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));

    /// <summary>Stale 30 seconds, revalidate 1 second, expire 1 minute.</summary>
    public static Profile Seconds { get; } = new("seconds", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    /// <summary>Stale 5 minutes, revalidate 1 minute, expire 1 hour.</summary>
    public static Profile Minutes { get; } = new("minutes", TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

    /// <summary>Stale 5 minutes, revalidate 1 hour, expire 1 day.</summary>
    public static Profile Hours { get; } = new("hours", TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromDays(1));

    /// <summary>Stale 5 minutes, revalidate 1 day, expire 1 week.</summary>
    public static Profile Days { get; } = new("days", TimeSpan.FromMinutes(5), TimeSpan.FromDays(1), TimeSpan.FromDays(7));

    /// <summary>Stale 5 minutes, revalidate 1 week, expire 30 days.</summary>
    public static Profile Weeks { get; } = new("weeks", TimeSpan.FromMinutes(5), TimeSpan.FromDays(7), TimeSpan.FromDays(30));

    /// <summary>Stale 5 minutes, revalidate 30 days, expire 1 year.</summary>
    /// <remarks>No entry outlives its time to live, so a long <see cref="Expire"/> means "until it dies by itself".</remarks>
    public static Profile Max { get; } = new("max", TimeSpan.FromMinutes(5), TimeSpan.FromDays(30), TimeSpan.FromDays(365));
}

/// <summary>The escape hatch of <c>RevalidateTag</c>: no stale value is served, not even once.</summary>
public sealed class Expire
{
    private Expire()
    {
    }

    /// <summary>Expire at once. For webhooks and jobs that cannot afford one stale answer.</summary>
    public static Expire Now { get; } = new();
}

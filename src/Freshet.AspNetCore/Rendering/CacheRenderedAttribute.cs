namespace Freshet.AspNetCore;

/// <summary>What the action of a controller, or a Razor page, renders is stored and served until something it shows changes. The same as <c>.CacheRendered(profile)</c> on an endpoint.</summary>
/// <param name="profile">Name of the profile: <c>default</c>, <c>seconds</c>, <c>minutes</c>, <c>hours</c>, <c>days</c>, <c>weeks</c>, <c>max</c>, or one given to <c>UseOutputCaching(...)</c>.</param>
/// <remarks>
/// Vary with the framework's own attribute beside it: <c>[OutputCache(VaryByQueryKeys = ["page"])]</c>. A profile that nobody
/// registered stops the start.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class CacheRenderedAttribute(string profile) : Attribute, ICacheRendered
{
    /// <summary>Name of the profile.</summary>
    public string Profile { get; } = profile;

    /// <summary>Whether caches that people share, such as a CDN, may keep the answer for the profile's <c>Stale</c> time. Default: false, only the person's own browser.</summary>
    /// <remarks>Nothing tells a shared cache about an invalidation: until <c>Stale</c> is over it serves the old answer to everybody.</remarks>
    public bool InSharedCaches { get; init; }

    Profile ICacheRendered.ProfileIn(ProfileBook profiles) => profiles.Get(Profile);
}

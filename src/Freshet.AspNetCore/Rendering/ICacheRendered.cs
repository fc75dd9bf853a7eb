namespace Freshet.AspNetCore;

/// <summary>Endpoint metadata: what the endpoint renders is stored. The last one counts, so an endpoint's own goes before its group's.</summary>
internal interface ICacheRendered
{
    /// <summary>How long it may be kept, by whom.</summary>
    /// <param name="profiles">The profiles known by name.</param>
    /// <exception cref="UnknownDeclarationException">It names a profile that nobody registered.</exception>
    Profile ProfileIn(ProfileBook profiles);

    /// <summary>Whether caches that people share, such as a CDN, may keep it too.</summary>
    bool InSharedCaches { get; }
}

internal sealed record CacheRenderedMetadata(Profile Profile, bool InSharedCaches) : ICacheRendered
{
    public Profile ProfileIn(ProfileBook profiles) => Profile;

    public override string ToString() => $"Cached rendered, {Profile.Name}";
}

namespace Freshet.AspNetCore;

/// <summary>Profiles by name: the presets, and those an application registers. Attributes can only name one.</summary>
internal sealed class ProfileBook
{
    private readonly Dictionary<string, Profile> _profiles = new(StringComparer.OrdinalIgnoreCase);

    public ProfileBook()
    {
        foreach (var preset in (Profile[])[Profile.Default, Profile.Seconds, Profile.Minutes, Profile.Hours, Profile.Days, Profile.Weeks, Profile.Max]) Add(preset);
    }

    /// <summary>Adds a profile; one of the same name is replaced.</summary>
    public void Add(Profile profile)
    {
        Check(profile);
        _profiles[profile.Name] = profile;
    }

    public Profile Get(string name) => _profiles.TryGetValue(name, out var profile)
        ? profile
        : throw new UnknownDeclarationException("profile", name, $"[CacheRendered] takes {string.Join(", ", _profiles.Keys.Order(StringComparer.Ordinal))}; register others with UseOutputCaching(profile).");

    /// <summary>Refuses times that would never store anything, or for ever.</summary>
    public static void Check(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentOutOfRangeException.ThrowIfLessThan(profile.Stale, TimeSpan.Zero, $"{profile.Name}.{nameof(profile.Stale)}");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(profile.Revalidate, TimeSpan.Zero, $"{profile.Name}.{nameof(profile.Revalidate)}");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(profile.Expire, TimeSpan.Zero, $"{profile.Name}.{nameof(profile.Expire)}");
    }
}

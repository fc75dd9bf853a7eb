namespace Freshet.AspNetCore;

/// <summary>Settings of the HTTP side. Bound from the configuration section <c>Freshet:Http</c>; what <c>UseFreshet(options => ...)</c> sets overrides it.</summary>
public sealed class FreshetHttpOptions
{
    /// <summary>Name of the configuration section: <c>Freshet:Http</c>.</summary>
    public const string Section = "Freshet:Http";

    /// <summary>Fewest bytes of a signing key: 32.</summary>
    public const int MinimumKeyBytes = 32;

    /// <summary>
    /// Base64 keys that sign consistency tokens and hash tag names, each of at least <see cref="MinimumKeyBytes"/> bytes. The first
    /// signs, all of them verify, so a key is replaced by putting the new one first and removing the old one a day later.
    /// Default: none, and then a random key that lives as long as the process.
    /// </summary>
    /// <remarks>
    /// Give all processes of one application the same keys. A token signed with a key that is not listed cannot be believed, so the
    /// read that carries it confirms instead: correct, but no longer checked against the writer's own position.
    /// </remarks>
    public IList<string> SigningKeys { get; } = [];
}

namespace Freshet;

/// <summary>Who may hear of tags of one kind, as data. Exactly one of the members is set; a kind's rules are alternatives.</summary>
/// <remarks>Without any rule nobody hears of the kind: what is not declared is not sent.</remarks>
public sealed record AudienceRule
{
    private AudienceRule()
    {
    }

    /// <summary>For each key, in order, the claim type that must hold the key's text; null where the key does not matter. Empty unless the rule is about keys.</summary>
    public IReadOnlyList<string?> KeyClaims { get; private init; } = [];

    /// <summary>The claim whose holders hear of every tag of the kind; null unless the rule is about them.</summary>
    public AudienceClaim? Holders { get; private init; }

    /// <summary>Name of the kind of tag whose listeners hear of this one too, where one record invalidates both; null unless the rule is that.</summary>
    public string? With { get; private init; }

    /// <summary>Whether everybody hears of the kind, signed in or not.</summary>
    public bool Everyone { get; private init; }

    /// <inheritdoc/>
    public bool Equals(AudienceRule? other) =>
        other is not null && KeyClaims.SequenceEqual(other.KeyClaims) && Holders == other.Holders && With == other.With && Everyone == other.Everyone;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(KeyClaims.Count, Holders, With, Everyone);

    internal static AudienceRule ByKeys(params string?[] claims) => new() { KeyClaims = claims };

    internal static AudienceRule HoldersOf(string claim, string value) => new() { Holders = new AudienceClaim(claim, value) };

    internal static AudienceRule WithKind(string kind) => new() { With = kind };

    internal static AudienceRule ForEveryone { get; } = new() { Everyone = true };
}

/// <summary>A claim of a signed-in person, as an <see cref="AudienceRule"/> names it.</summary>
/// <param name="Type">The claim's type: <c>role</c>.</param>
/// <param name="Value">The value it must have, compared character by character: <c>support</c>.</param>
public sealed record AudienceClaim(string Type, string Value);

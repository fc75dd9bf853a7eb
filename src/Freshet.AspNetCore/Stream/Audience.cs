using System.Collections.Frozen;

namespace Freshet.AspNetCore;

/// <summary>What decides which tags a person hears of: the claims that some tag's audience asks for. People with the same ones are one audience, and share each frame.</summary>
internal sealed class Audience
{
    private readonly FrozenSet<AudienceClaim> _claims;

    private Audience(string key, IReadOnlyList<AudienceClaim> claims)
    {
        Key = key;
        Claims = claims;
        _claims = claims.ToFrozenSet();
    }

    /// <summary>The same text for the same claims.</summary>
    public string Key { get; }

    /// <summary>The claims, each once. Values stand as tags write their keys.</summary>
    public IReadOnlyList<AudienceClaim> Claims { get; }

    public bool Holds(string type, string value) => _claims.Contains(new AudienceClaim(type, value));

    public bool HoldsAny(string type) => Claims.Any(claim => claim.Type == type);

    public static Audience Of(IEnumerable<AudienceClaim> claims)
    {
        var distinct = claims.Distinct().OrderBy(claim => claim.Type, StringComparer.Ordinal).ThenBy(claim => claim.Value, StringComparer.Ordinal).ToList();
        // With lengths, so that no value can pretend to be two claims.
        return new Audience(string.Concat(distinct.Select(claim => $"{claim.Type.Length}:{claim.Type}{claim.Value.Length}:{claim.Value}")), distinct);
    }
}

using System.Security.Claims;

namespace Freshet.AspNetCore;

/// <summary>The audiences that the catalogs declare: reads a person's claims, and says which audience hears of which tag.</summary>
internal sealed class AudienceBook
{
    private readonly Dictionary<string, IReadOnlyList<AudienceRule>> _rules;
    private readonly Dictionary<string, IReadOnlyList<string>> _kindsOfQueries;
    private readonly HashSet<string> _keyClaims;
    private readonly HashSet<AudienceClaim> _holders;
    private readonly bool _tellsPaths;

    public AudienceBook(CatalogModel catalog, bool tellsPaths)
    {
        _rules = catalog.Tags.ToDictionary(tag => tag.Declaration.Name, tag => tag.Declaration.Audience);
        _kindsOfQueries = catalog.Queries.ToDictionary(
            query => query.Declaration.Name, IReadOnlyList<string> (query) => [.. TagSlot.Of(query.Declaration).Select(slot => slot.Kind).Distinct()]);
        _keyClaims = [.. _rules.Values.SelectMany(rules => rules).SelectMany(rule => rule.KeyClaims).OfType<string>()];
        _holders = [.. _rules.Values.SelectMany(rules => rules).Select(rule => rule.Holders).OfType<AudienceClaim>()];
        _tellsPaths = tellsPaths;
    }

    /// <summary>Whether somebody may hear something at all.</summary>
    public bool IsEmpty => !_tellsPaths && _rules.Values.All(rules => rules.Count == 0);

    /// <summary>The audience a person belongs to. Claims that nobody vouched for count for nothing.</summary>
    public Audience Of(ClaimsPrincipal person)
    {
        var claims = new List<AudienceClaim>();
        foreach (var claim in person.Identities.Where(identity => identity.IsAuthenticated).SelectMany(identity => identity.Claims))
        {
            if (_keyClaims.Contains(claim.Type) && KeyOf(claim) is { } key) claims.Add(new AudienceClaim(claim.Type, key));
            if (_holders.Contains(new AudienceClaim(claim.Type, claim.Value))) claims.Add(new AudienceClaim(claim.Type, HeldMarker + claim.Value));
        }
        return Audience.Of(claims);
    }

    /// <summary>Which of a record's invalidations each audience hears of, by their index. Audiences that hear of none are absent.</summary>
    public Dictionary<AudienceGroup, SortedSet<int>> Hearers(LogRecord record, AudienceIndex groups)
    {
        var heard = new Dictionary<AudienceGroup, SortedSet<int>>();
        void Note(AudienceGroup group, int index)
        {
            if (!heard.TryGetValue(group, out var indexes)) heard.Add(group, indexes = []);
            indexes.Add(index);
        }

        for (var i = 0; i < record.Invalidations.Count; i++)
        {
            var tag = record.Invalidations[i].Tag;
            if (FlushTags.IsOne(tag)) continue; // not told by tag: see MayBeFlushed
            foreach (var group in HearersOf(tag, groups)) Note(group, i);
        }
        AddCompanions(record, heard);
        return heard;
    }

    /// <summary>The audiences that a flushed query or kind may concern. They cannot be told by tag: no answer carries such a one.</summary>
    public IEnumerable<AudienceGroup> MayBeFlushed(LogRecord record, AudienceIndex groups)
    {
        var kinds = record.Invalidations.Where(each => FlushTags.IsOne(each.Tag)).SelectMany(each => KindsIn(each.Tag)).ToHashSet();
        return kinds.Count == 0 ? [] : groups.All.Where(group => kinds.Any(kind => MayHear(group.Audience, kind)));
    }

    private IEnumerable<AudienceGroup> HearersOf(Tag tag, AudienceIndex groups)
    {
        if (tag.Kind is PathTags.PageKind or PathTags.LayoutKind) return _tellsPaths ? groups.All : [];
        if (!_rules.TryGetValue(tag.Kind, out var rules)) return [];
        return rules.SelectMany(rule =>
            rule.Everyone ? groups.All
            : rule.Holders is { } holders ? groups.Holding(new AudienceClaim(holders.Type, HeldMarker + holders.Value))
            : rule.KeyClaims.Count > 0 ? HoldingKeys(rule, tag, groups)
            : []);
    }

    private static IEnumerable<AudienceGroup> HoldingKeys(AudienceRule rule, Tag tag, AudienceIndex groups)
    {
        var keys = tag.Text[(tag.Kind.Length + 1)..].Split(':'); // escaped, so no key has one itself
        if (keys.Length != rule.KeyClaims.Count) return []; // of another version's declaration
        var needed = rule.KeyClaims.Zip(keys).Where(pair => pair.First is not null).Select(pair => new AudienceClaim(pair.First!, pair.Second)).ToList();
        return groups.Holding(needed[0]).Where(group => needed.TrueForAll(claim => group.Audience.Holds(claim.Type, claim.Value)));
    }

    // Each tag of the other kind, not any: a record about two accounts must not open one account's invoices to the other.
    private void AddCompanions(LogRecord record, Dictionary<AudienceGroup, SortedSet<int>> heard)
    {
        var all = record.Invalidations;
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var rule in _rules.GetValueOrDefault(all[i].Tag.Kind) ?? [])
            {
                if (rule.With is null) continue;
                var companions = Enumerable.Range(0, all.Count).Where(index => all[index].Tag.Kind == rule.With).ToList();
                if (companions.Count == 0) continue;
                foreach (var indexes in heard.Values)
                {
                    if (companions.TrueForAll(indexes.Contains)) indexes.Add(i);
                }
            }
        }
    }

    private IEnumerable<string> KindsIn(Tag flush) =>
        flush.Kind == FlushTags.TagKind ? [FlushTags.NameIn(flush)] : _kindsOfQueries.GetValueOrDefault(FlushTags.NameIn(flush)) ?? [];

    private bool MayHear(Audience audience, string kind) => (_rules.GetValueOrDefault(kind) ?? []).Any(rule =>
        rule.With is { } with ? (_rules.GetValueOrDefault(with) ?? []).Any(theirs => MayHear(audience, theirs)) : MayHear(audience, rule));

    private static bool MayHear(Audience audience, AudienceRule rule) =>
        rule.Everyone
        || (rule.Holders is { } holders && audience.Holds(holders.Type, HeldMarker + holders.Value))
        || (rule.KeyClaims.Count > 0 && rule.KeyClaims.All(claim => claim is null || audience.HoldsAny(claim)));

    /// <summary>Goes before the value of a claim that stands for itself, so that it is never taken for a key of the same type. No key has such a character.</summary>
    private const string HeldMarker = "\u0001";

    private static string? KeyOf(Claim claim)
    {
        try
        {
            return KeyText.Format(claim.Value, claim.Type, "its value");
        }
        catch (InvalidKeyException)
        {
            return null; // no key looks like this, so it opens nothing
        }
    }
}

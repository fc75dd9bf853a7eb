namespace Freshet.AspNetCore;

/// <summary>One audience and its subscribers on this node.</summary>
internal sealed class AudienceGroup(Audience audience)
{
    public Audience Audience => audience;

    public HashSet<Subscriber> Subscribers { get; } = [];
}

/// <summary>The audiences that have subscribers, found by claim. Not safe for concurrent use: the hub's gate guards it.</summary>
internal sealed class AudienceIndex
{
    private readonly Dictionary<string, AudienceGroup> _byKey = [];
    private readonly Dictionary<AudienceClaim, List<AudienceGroup>> _byClaim = [];

    public IReadOnlyCollection<AudienceGroup> All => _byKey.Values;

    public IReadOnlyList<AudienceGroup> Holding(AudienceClaim claim) => _byClaim.TryGetValue(claim, out var groups) ? groups : [];

    /// <summary>One audience alone: to read records again for one subscriber.</summary>
    public static AudienceIndex Of(Audience audience)
    {
        var index = new AudienceIndex();
        index.GroupOf(audience);
        return index;
    }

    public void Add(Subscriber subscriber) => GroupOf(subscriber.Audience).Subscribers.Add(subscriber);

    public void Remove(Subscriber subscriber)
    {
        if (!_byKey.TryGetValue(subscriber.Audience.Key, out var group) || !group.Subscribers.Remove(subscriber) || group.Subscribers.Count > 0) return;
        _byKey.Remove(group.Audience.Key);
        foreach (var claim in group.Audience.Claims)
        {
            var groups = _byClaim[claim];
            groups.Remove(group);
            if (groups.Count == 0) _byClaim.Remove(claim);
        }
    }

    private AudienceGroup GroupOf(Audience audience)
    {
        if (_byKey.TryGetValue(audience.Key, out var group)) return group;
        _byKey.Add(audience.Key, group = new AudienceGroup(audience));
        foreach (var claim in audience.Claims)
        {
            if (!_byClaim.TryGetValue(claim, out var groups)) _byClaim.Add(claim, groups = []);
            groups.Add(group);
        }
        return group;
    }
}

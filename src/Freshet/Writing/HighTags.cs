using System.Collections.Frozen;

namespace Freshet;

/// <summary>The tags that values of high queries carry, as this process has them declared: what a write holds before its commit (R8).</summary>
/// <remarks>As the read lease does, it counts every query that accepts no staleness now, whatever its level.</remarks>
internal sealed class HighTags
{
    private volatile FrozenSet<TagSlot> _slots = [];

    /// <summary>Takes in which queries are high now.</summary>
    public void Adopt(IEnumerable<CachedQuery> high) => _slots = high.SelectMany(TagSlot.Of).ToFrozenSet();

    /// <summary>Those of some invalidations that a high value may carry.</summary>
    public IReadOnlyList<Tag> Among(IReadOnlyList<Invalidation> invalidations)
    {
        var slots = _slots;
        List<Tag>? among = null;
        foreach (var (tag, _, _) in invalidations)
        {
            if (slots.Contains(new TagSlot(tag.Kind, null)) || slots.Contains(new TagSlot(tag.Kind, tag.Text))) (among ??= []).Add(tag);
        }
        return among ?? [];
    }
}

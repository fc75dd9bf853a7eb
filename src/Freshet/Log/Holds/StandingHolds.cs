using System.Collections.Immutable;

namespace Freshet;

/// <summary>The holds that stand at one position of the log (R8). Immutable, and part of what a node has applied: whoever reads the position reads the holds that belong to it.</summary>
/// <remarks>
/// Beside the marks rather than in them, because a hold outdates nothing: when it is released, what was fresh before is fresh again.
/// None is null, so that in a quiet log a check costs one comparison.
/// </remarks>
internal sealed class StandingHolds
{
    private static readonly ImmutableDictionary<Guid, Hold> _noHolds = ImmutableDictionary<Guid, Hold>.Empty;
    private static readonly ImmutableDictionary<Tag, int> _noTags = ImmutableDictionary<Tag, int>.Empty;

    private readonly ImmutableDictionary<Guid, Hold> _holds; // by the draft that resolves them
    private readonly ImmutableDictionary<Tag, int> _tags;    // with how many of them
    private readonly bool _coverEverything;
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StandingHolds(ImmutableDictionary<Guid, Hold> holds, ImmutableDictionary<Tag, int> tags, bool coverEverything)
    {
        _holds = holds;
        _tags = tags;
        _coverEverything = coverEverything;
    }

    /// <summary>Of a log so young that holds of the one before may stand which nobody has placed in it yet: every tag may be held. Each time another one, since each ends by itself.</summary>
    public static StandingHolds Unknown => new(_noHolds, _noTags, coverEverything: true);

    public int Count => _holds.Count;

    /// <summary>Whether every tag may be held, because the log is that young.</summary>
    public bool CoverEverything => _coverEverything;

    public IEnumerable<Hold> All => _holds.Values;

    /// <summary>Completes when these are no longer what stands: one more does, or one less.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Tells who waits for it. Call it once others stand in their place.</summary>
    public void NoteChanged() => _changed.TrySetResult();

    /// <summary>What a node that starts over at the head of a log finds standing; null for none.</summary>
    /// <param name="holds">The holds.</param>
    /// <param name="isKnown">Whether these are all that may stand.</param>
    public static StandingHolds? Of(IEnumerable<Hold> holds, bool isKnown)
    {
        var standing = isKnown ? null : Unknown;
        foreach (var hold in holds) standing = Place(standing, hold);
        return standing;
    }

    /// <summary>What stands after a record; null for none.</summary>
    /// <param name="before">What stood before it.</param>
    /// <param name="record">The record.</param>
    /// <param name="placedAt">When it was appended, by the node's clock.</param>
    public static StandingHolds? After(StandingHolds? before, LogRecord record, long placedAt)
    {
        if (record.Holds is not null) return Place(before, new Hold(record, placedAt));
        if (before is null) return null;
        var after = before.Without(record.Id, id: null);
        foreach (var release in record.Releases) after = after?.Without(release.Draft, release.Id);
        return after;
    }

    /// <summary>The same in a log that is old enough: nothing stands but what was placed in it.</summary>
    public StandingHolds? Settled() => OrNone(_holds, _tags, coverEverything: false);

    /// <summary>Whether one stands on any of a value's tags.</summary>
    public bool Touch(ReadOnlySpan<TagMark> marks)
    {
        if (_coverEverything) return true;
        foreach (var mark in marks)
        {
            if (_tags.ContainsKey(mark.Tag)) return true;
        }
        return false;
    }

    /// <summary>Whether one may stand on what a load would carry. Tags found while loading are known only afterwards, so their whole kind counts.</summary>
    /// <param name="tags">The tags that are known before.</param>
    /// <param name="foundKinds">Kinds of those that are not.</param>
    public bool Touch(IReadOnlyList<Tag> tags, IReadOnlyCollection<string> foundKinds)
    {
        if (_coverEverything) return true;
        foreach (var tag in tags)
        {
            if (_tags.ContainsKey(tag)) return true;
        }
        return foundKinds.Count > 0 && _tags.Keys.Any(held => foundKinds.Contains(held.Kind));
    }

    /// <summary>Whether the hold that a draft's record would resolve stands.</summary>
    public bool Stands(Guid draft) => _holds.ContainsKey(draft);

    /// <summary>The hold of a tag that was placed first; null for none.</summary>
    public Hold? FirstOf(Tag tag) => _tags.ContainsKey(tag) ? _holds.Values.Where(hold => hold.Tags.Contains(tag)).MinBy(hold => hold.Record.Position) : null;

    private static StandingHolds Place(StandingHolds? standing, Hold hold)
    {
        var (holds, tags) = standing is null ? (_noHolds, _noTags) : (standing._holds, standing._tags);
        if (holds.TryGetValue(hold.Draft, out var earlier)) tags = WithoutTags(tags, earlier); // placed again: the later one stands
        foreach (var tag in hold.Tags) tags = tags.SetItem(tag, tags.GetValueOrDefault(tag) + 1);
        return new StandingHolds(holds.SetItem(hold.Draft, hold), tags, standing?._coverEverything == true);
    }

    /// <param name="draft">What the hold announced.</param>
    /// <param name="id">Which hold of it; null for whichever stands.</param>
    private StandingHolds? Without(Guid draft, Guid? id)
    {
        if (!_holds.TryGetValue(draft, out var hold) || (id is { } one && one != hold.Id)) return this;
        return OrNone(_holds.Remove(draft), WithoutTags(_tags, hold), _coverEverything);
    }

    private static StandingHolds? OrNone(ImmutableDictionary<Guid, Hold> holds, ImmutableDictionary<Tag, int> tags, bool coverEverything) =>
        holds.IsEmpty && !coverEverything ? null : new StandingHolds(holds, tags, coverEverything);

    private static ImmutableDictionary<Tag, int> WithoutTags(ImmutableDictionary<Tag, int> tags, Hold hold)
    {
        foreach (var tag in hold.Tags) tags = tags[tag] == 1 ? tags.Remove(tag) : tags.SetItem(tag, tags[tag] - 1);
        return tags;
    }
}

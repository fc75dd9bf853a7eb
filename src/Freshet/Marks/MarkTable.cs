namespace Freshet;

/// <summary>The marks of every tag this node knows something about, within one epoch.</summary>
/// <remarks>
/// Every invalidation is recorded, whether an entry carries the tag or not (PROTOCOL 12): a load that finds the tag a moment later
/// must see it. What nobody uses is forgotten again, and <c>forgottenUpTo</c> remembers how far, because unknown is never fresh:
///   a load begins at 5 -> tag T is invalidated at 7 -> T's mark is forgotten -> the load finds T. A new mark that says "never
///   invalidated" would pass the load as current; one that says "perhaps up to 7" outdates it.
/// </remarks>
/// <param name="epoch">The epoch whose positions the marks hold.</param>
/// <param name="forgottenUpTo">Position up to which nothing is known.</param>
internal sealed class MarkTable(Epoch epoch, long forgottenUpTo)
{
    private readonly Lock _gate = new(); // creation, use counts, invalidation and forgetting; checks take no lock
    private readonly LinkTable _marks = new(); // chains the marks through themselves: a dictionary's node would double what a tag costs
    private readonly HashSet<string> _carried = new(StringComparer.Ordinal); // guarded by _gate
    private long _forgottenUpTo = forgottenUpTo; // guarded by _gate
    private readonly Dictionary<Tag, long> _floors = []; // versions that writes gave, beside the marks: few tags have one; guarded by _gate
    private readonly Dictionary<string, long> _flushed = new(StringComparer.Ordinal); // kinds that were flushed, and when; guarded by _gate

    /// <summary>The epoch whose positions the marks hold. An entry keeps its table, and knows its epoch by it.</summary>
    public Epoch Epoch { get; } = epoch;

    public int Count => _marks.Count;

    /// <summary>The tag's mark, held until <see cref="Release"/>.</summary>
    public TagMark Acquire(Tag tag)
    {
        lock (_gate)
        {
            var mark = GetOrCreateLocked(tag);
            if (mark.Uses++ == 0) _carried.Add(tag.Kind);
            return mark;
        }
    }

    public TagMark[] Acquire(IReadOnlyList<Tag> tags)
    {
        if (tags.Count == 0) return [];
        var marks = new TagMark[tags.Count];
        lock (_gate)
        {
            for (var i = 0; i < marks.Length; i++)
            {
                marks[i] = GetOrCreateLocked(tags[i]);
                if (marks[i].Uses++ == 0) _carried.Add(tags[i].Kind);
            }
        }
        return marks;
    }

    /// <summary>Marks of this table once more, by somebody who has kept them. False when one was forgotten: nobody invalidates it any more.</summary>
    public bool TryAcquire(ReadOnlySpan<TagMark> marks)
    {
        lock (_gate)
        {
            foreach (var mark in marks)
            {
                if (mark.IsForgotten) return false;
            }
            foreach (var mark in marks) mark.Uses++;
            return true;
        }
    }

    public void Release(ReadOnlySpan<TagMark> marks)
    {
        if (marks.IsEmpty) return;
        lock (_gate)
        {
            foreach (var mark in marks) mark.Uses--;
        }
    }

    /// <summary>Whether a load or entry ever carried a tag of this kind.</summary>
    public bool WasCarried(string kind)
    {
        lock (_gate) return _carried.Contains(kind);
    }

    /// <returns>The position of the tag's last invalidation before this one, and how many loads and entries hold its mark: what this one outdates.</returns>
    public (long Before, int Holders) Invalidate(Invalidation invalidation, long position, long now, long age = 0)
    {
        lock (_gate)
        {
            if (invalidation.Tag.Kind == FlushTags.TagKind) FlushLocked(FlushTags.NameIn(invalidation.Tag), position);
            if (invalidation.Version is { } version) _floors[invalidation.Tag] = Math.Max(version, _floors.GetValueOrDefault(invalidation.Tag, long.MinValue));
            var mark = GetOrCreateLocked(invalidation.Tag);
            var before = mark.LastInvalidatedAt;
            mark.ApplyLocked(invalidation.Kind, position, now, now - age + (long)invalidation.Deadline.TotalMilliseconds);
            return (before, mark.Uses);
        }
    }

    /// <summary>Takes in marks that were read from the shared log, merged with what is known here (PROTOCOL 12). False when they are of another epoch, or were read before something here was forgotten.</summary>
    /// <param name="marks">Marks of this table, acquired before they were read: what nobody holds might be forgotten meanwhile.</param>
    /// <param name="fetched">What was read, in the same order.</param>
    /// <param name="now">The node's clock before the request was sent: deadlines come out early rather than late.</param>
    public bool TryMerge(IReadOnlyList<TagMark> marks, FetchedMarks fetched, long now)
    {
        lock (_gate)
        {
            if (fetched.Head.Epoch != Epoch || fetched.Head.Position < _forgottenUpTo) return false;
            for (var i = 0; i < marks.Count; i++) marks[i].MergeLocked(fetched.Marks[i], fetched.ForgottenUpTo, now);
            return true;
        }
    }

    /// <summary>Forgets marks that no load or entry holds and that were last invalidated at or before a position.</summary>
    /// <returns>How many were forgotten.</returns>
    public int Forget(long upTo)
    {
        var forgotten = 0;
        var copies = new List<Link>();
        for (var below = uint.MaxValue; below > 0;)
        {
            lock (_gate) below = _marks.CopyLocked(below, copies);
            foreach (var mark in copies.Cast<TagMark>())
            {
                if (mark.LastInvalidatedAt <= upTo && TryForget(mark, upTo)) forgotten++;
            }
            copies.Clear();
        }
        lock (_gate)
        {
            foreach (var (kind, at) in _flushed)
            {
                if (at > upTo) continue;
                _flushed.Remove(kind);
                _forgottenUpTo = Math.Max(_forgottenUpTo, at);
            }
        }
        return forgotten;
    }

    /// <summary>Position of the last flush of a kind; 0 for none, or one that is older than any entry.</summary>
    public long FlushedAt(string kind)
    {
        lock (_gate) return _flushed.GetValueOrDefault(kind);
    }

    /// <summary>The highest version that a write gave to what any of some tags of a kind names, as far as this node has heard; null for none.</summary>
    public long? FloorOf(string kind, IEnumerable<Tag> tags)
    {
        lock (_gate)
        {
            if (_floors.Count == 0) return null;
            long? highest = null;
            foreach (var tag in tags)
            {
                if (tag.Kind == kind && _floors.TryGetValue(tag, out var floor)) highest = Need.Higher(highest, floor);
            }
            return highest;
        }
    }

    /// <summary>The tag's mark as it stands, without making one.</summary>
    public TagMark? Find(Tag tag)
    {
        lock (_gate) return FindLocked(tag, HashSpread.Of(tag.Text));
    }

    /// <summary>Forgets one mark that a sweep has come across, if it still stands and nobody holds it.</summary>
    internal bool TryForget(TagMark mark, long upTo)
    {
        lock (_gate)
        {
            if (mark.Uses > 0 || mark.LastInvalidatedAt > upTo) return false;
            // This mark, not whatever stands under its tag by now: this one was forgotten by another sweep -> a load acquired the
            // tag's next mark -> removing that one by its tag would leave an entry holding a mark nobody invalidates any more.
            if (!_marks.TryRemoveLocked(mark)) return false;
            _forgottenUpTo = Math.Max(_forgottenUpTo, mark.LastInvalidatedAt);
            _floors.Remove(mark.Tag);
            return mark.IsForgotten = true;
        }
    }

    private TagMark GetOrCreateLocked(Tag tag)
    {
        var hash = HashSpread.Of(tag.Text);
        if (FindLocked(tag, hash) is { } present) return present;
        var mark = new TagMark(tag, _forgottenUpTo) { Hash = hash };
        // A load begins at 5 -> the tag's kind is flushed at 7, when nobody knew the tag -> the load finds it: outdated all the same.
        if (_flushed.Count > 0 && _flushed.TryGetValue(tag.Kind, out var flushedAt)) mark.ApplyLocked(InvalidationKind.Expire, flushedAt, 0, 0);
        _marks.AddLocked(mark);
        return mark;
    }

    private TagMark? FindLocked(Tag tag, uint hash)
    {
        for (var link = _marks.First(hash); link is not null; link = link.Next)
        {
            if (link.Hash == hash && link is TagMark present && present.Tag == tag) return present;
        }
        return null;
    }

    /// <summary>Expires every tag of a kind: those that have a mark, and those that get one later.</summary>
    /// <remarks>In one go, for an operator's rare act: a walk that let go of the gate might miss marks that move while the table grows.</remarks>
    private void FlushLocked(string kind, long position)
    {
        _flushed[kind] = Math.Max(position, _flushed.GetValueOrDefault(kind));
        var copies = new List<Link>();
        for (var below = uint.MaxValue; below > 0;) below = _marks.CopyLocked(below, copies);
        foreach (var mark in copies.Cast<TagMark>())
        {
            if (mark.Tag.Kind == kind) mark.ApplyLocked(InvalidationKind.Expire, position, 0, 0);
        }
    }
}

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
        return forgotten;
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
            return true;
        }
    }

    private TagMark GetOrCreateLocked(Tag tag)
    {
        var hash = HashSpread.Of(tag.Text);
        for (var link = _marks.First(hash); link is not null; link = link.Next)
        {
            if (link.Hash == hash && link is TagMark present && present.Tag == tag) return present;
        }
        var mark = new TagMark(tag, _forgottenUpTo) { Hash = hash };
        _marks.AddLocked(mark);
        return mark;
    }
}

namespace Freshet;

/// <summary>This process as a follower of the log: what it has applied.</summary>
/// <param name="clock">Its clock.</param>
/// <param name="epoch">The epoch it starts in.</param>
/// <param name="confirmation">What it knows of a log that it shares with others; null when the log is its own, and it always is at the head.</param>
internal sealed class Node(Clock clock, Epoch epoch, Confirmation? confirmation = null) : IDisposable
{
    private readonly Lock _gate = new();
    private AppliedPosition _applied = new(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);

    public Clock Clock => clock;

    /// <summary>What it knows of a log that it shares with others; null when the log is its own, and it always is at the head.</summary>
    public Confirmation? Confirmation => confirmation;

    public RunningLoads Running { get; } = new(clock);

    /// <summary>What this node has fully applied. Read it before the marks it is compared with.</summary>
    public AppliedPosition Applied => Volatile.Read(ref _applied);

    /// <summary>Told, before the position is published, that everything of a query counts as outdated: its name, the marks of the epoch, the position.</summary>
    public Action<string, MarkTable, long>? QueryFlushed { get; set; }

    /// <summary>Told, once they stand, that there are holds: somebody has to look after those whose writer ends without a word.</summary>
    public Action? Held { get; set; }

    /// <summary>Holds of this node's actions that have not ended.</summary>
    public OpenHolds OpenHolds { get; } = new();

    /// <summary>Tags whose record is yet to come.</summary>
    public ExpiredAhead Ahead { get; } = new();

    /// <summary>The longest any entry may live, on this node or another, in milliseconds.</summary>
    public long LongestLife { get; set; } = (long)new FreshetOptions().MaxTimeToLive.TotalMilliseconds;

    /// <summary>What outdated too much at once, for the warnings.</summary>
    public InvalidationBreadth Breadth { get; } = new();

    /// <summary>Applies a record: all its marks first, then the position (PROTOCOL 2).</summary>
    /// <remarks>
    /// The other way round an old entry would pass for checked, for good:
    ///   position 7 is published -> a read of an entry loaded at 5 finds its marks unchanged, because 7's mark is not set yet, and
    ///   stamps the entry "checked at 7" -> the mark is set -> every later read trusts the stamp and serves the old value.
    /// </remarks>
    /// <param name="record">The record.</param>
    /// <param name="before">Takes up each tag's last invalidation before the first of these records; null when nobody asks.</param>
    /// <param name="age">How long ago it was appended, in milliseconds: its deadlines count from then (PROTOCOL 14).</param>
    public void Apply(LogRecord record, Dictionary<Tag, long>? before = null, long age = 0)
    {
        lock (_gate)
        {
            var applied = _applied;
            var now = clock.Now;
            foreach (var invalidation in record.Invalidations)
            {
                var (last, holders) = InvalidateLocked(applied.Marks, invalidation, record.Position, now, age);
                before?.TryAdd(invalidation.Tag, last);
                Breadth.Note(invalidation.Tag, holders);
            }
            if (record.Releases.Count > 0) OpenHolds.NoteReleased(record.Releases);
            var holds = StandingHolds.After(applied.Holds, record, now - age);
            PublishLocked(new AppliedPosition(applied.Position with { Position = record.Position }, applied.Marks, applied.Sequence + 1, holds));
        }
        Ahead.Remove(record.Id);
        if (record.Holds is not null) Held?.Invoke();
    }

    public void Dispose() => Running.Dispose();

    /// <summary>Waits while holds stand that concern somebody, but no longer than a limit.</summary>
    /// <param name="concern">Whether these do.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask WhileHeldAsync(Func<StandingHolds, bool> concern, TimeSpan limit, CancellationToken cancellationToken)
    {
        var until = clock.Now + (long)limit.TotalMilliseconds;
        while (Applied.Holds is { } holds && concern(holds) && until - clock.Now is > 0 and var rest)
        {
            await holds.Changed.WaitAsync(TimeSpan.FromMilliseconds(rest), clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Treats what records would invalidate as expired, which this node could not append yet: as if the next record did so.</summary>
    public void ExpireAhead(IReadOnlyCollection<RecordDraft> drafts)
    {
        Ahead.Add(drafts, clock.Now + LongestLife);
        ExpireAhead(drafts.SelectMany(draft => draft.Invalidations).Select(invalidation => invalidation.Tag));
    }

    /// <summary>Treats tags as expired by the next record.</summary>
    /// <remarks>Loads that begin before that record comes are outdated too, and read anew: while the log is away nobody can tell what they missed.</remarks>
    internal void ExpireAhead(IEnumerable<Tag> tags)
    {
        lock (_gate)
        {
            var applied = _applied;
            var now = clock.Now;
            foreach (var tag in tags) InvalidateLocked(applied.Marks, new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero), applied.Position.Position + 1, now, age: 0);
            PublishLocked(new AppliedPosition(applied.Position, applied.Marks, applied.Sequence + 1, applied.Holds));
        }
    }

    /// <summary>Has every entry judged again, though nothing was applied: something else that decides has changed.</summary>
    public void Recheck()
    {
        lock (_gate)
        {
            var applied = _applied;
            PublishLocked(new AppliedPosition(applied.Position, applied.Marks, applied.Sequence + 1, applied.Holds));
        }
    }

    /// <summary>The log is old enough: no hold stands that was not placed in it.</summary>
    public void SettleHolds()
    {
        lock (_gate)
        {
            var applied = _applied;
            PublishLocked(new AppliedPosition(applied.Position, applied.Marks, applied.Sequence + 1, applied.Holds?.Settled()));
        }
    }

    /// <summary>Starts over at the head of a log, another one or the same after records were missed for good: everything loaded before is outdated (R6, PROTOCOL 5), and nothing is known of its tags up to there (PROTOCOL 12).</summary>
    /// <param name="head">The head.</param>
    /// <param name="holds">What stands there; null for nothing.</param>
    public void StartOver(LogPosition head, StandingHolds? holds = null)
    {
        lock (_gate)
        {
            confirmation?.Forget();
            PublishLocked(new AppliedPosition(head, new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1, holds));
        }
        if (holds is not null) Held?.Invoke();
    }

    private void PublishLocked(AppliedPosition applied)
    {
        var before = _applied.Holds;
        Volatile.Write(ref _applied, applied);
        if (before is not null && !ReferenceEquals(before, applied.Holds)) before.NoteChanged();
    }

    private (long Before, int Holders) InvalidateLocked(MarkTable marks, Invalidation invalidation, long position, long now, long age)
    {
        var invalidated = marks.Invalidate(invalidation, position, now, age);
        if (invalidation.Tag.Kind == FlushTags.QueryKind) QueryFlushed?.Invoke(FlushTags.NameIn(invalidation.Tag), marks, position);
        return invalidated;
    }
}

namespace Freshet;

/// <summary>This process as a follower of the log: what it has applied.</summary>
internal sealed class Node(Clock clock, Epoch epoch) : IDisposable
{
    private readonly Lock _gate = new();
    private AppliedPosition _applied = new(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);

    public Clock Clock => clock;

    public RunningLoads Running { get; } = new(clock);

    /// <summary>What this node has fully applied. Read it before the marks it is compared with.</summary>
    public AppliedPosition Applied => Volatile.Read(ref _applied);

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
    public void Apply(LogRecord record, Dictionary<Tag, long>? before = null)
    {
        lock (_gate)
        {
            var applied = _applied;
            var now = clock.Now;
            foreach (var invalidation in record.Invalidations)
            {
                var (last, holders) = applied.Marks.Invalidate(invalidation, record.Position, now);
                before?.TryAdd(invalidation.Tag, last);
                Breadth.Note(invalidation.Tag, holders);
            }
            Volatile.Write(ref _applied, new AppliedPosition(applied.Position with { Position = record.Position }, applied.Marks, applied.Sequence + 1));
        }
    }

    public void Dispose() => Running.Dispose();

    /// <summary>Adopts another log: everything loaded before is outdated (PROTOCOL 5), and nothing is known of its tags up to its head (PROTOCOL 12).</summary>
    public void Adopt(LogPosition head)
    {
        lock (_gate)
        {
            if (head.Epoch == _applied.Position.Epoch) return;
            Volatile.Write(ref _applied, new AppliedPosition(head, new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1));
        }
    }
}

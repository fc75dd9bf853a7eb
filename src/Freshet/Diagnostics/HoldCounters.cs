using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>How a hold of this node ended.</summary>
internal enum HoldOutcome
{
    /// <summary>By the record it announced.</summary>
    Resolved,

    /// <summary>Its write was rolled back, or is tried once more under another hold.</summary>
    Released,

    /// <summary>Its action could not tell: the outbox's database was away. Its relay resolves it, or the limit.</summary>
    Left,

    /// <summary>Its action ended after the hold did: from the commit to the append nothing was promised.</summary>
    Late,

    /// <summary>The log could not take it in time: the same.</summary>
    NotPlaced,
}

/// <summary>What became of holds, for the metrics.</summary>
internal sealed class HoldCounters
{
    private readonly long[] _ended = new long[Enum.GetValues<HoldOutcome>().Length];
    private long _overdue;
    private Histogram<double>? _duration;

    /// <summary>Overdue holds, of whichever node, that this one has ended.</summary>
    public long Overdue => Interlocked.Read(ref _overdue);

    public long this[HoldOutcome outcome] => Interlocked.Read(ref _ended[(int)outcome]);

    public void Use(Histogram<double> duration) => Volatile.Write(ref _duration, duration);

    public void NoteOverdue() => Interlocked.Increment(ref _overdue);

    public void Note(HoldOutcome outcome) => Interlocked.Increment(ref _ended[(int)outcome]);

    public void NoteDuration(TimeSpan stood) => Volatile.Read(ref _duration)?.Record(stood.TotalSeconds);
}

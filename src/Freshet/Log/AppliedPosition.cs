namespace Freshet;

/// <summary>How far a node has applied the log: epoch, position and the marks that belong to them, as one immutable value (PROTOCOL 1).</summary>
/// <remarks>
/// A load captures this object before anything else happens. Were the parts read one by one, an epoch change between two reads
/// would pair a new epoch with an old position, and old data would look current.
/// </remarks>
/// <param name="position">Epoch and position.</param>
/// <param name="marks">The marks of that epoch.</param>
/// <param name="sequence">Grows with every change of this node, across epochs: what entries are stamped with.</param>
/// <param name="holds">The holds that stand there; null for none.</param>
internal sealed class AppliedPosition(LogPosition position, MarkTable marks, long sequence, StandingHolds? holds = null)
{
    public readonly LogPosition Position = position;
    public readonly MarkTable Marks = marks;
    public readonly long Sequence = sequence;
    public readonly StandingHolds? Holds = holds;
}

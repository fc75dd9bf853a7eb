namespace Freshet;

/// <summary>What a node publishes with its read lease: who it is, and what a writer must wait for (R7).</summary>
/// <param name="Node">The process incarnation that holds the lease (PROTOCOL 21).</param>
/// <param name="Name">What people call the node: for logs, metrics and pages only.</param>
/// <param name="Renewal">Grows with each renewal, so that a row is removed only as it stood when a writer saw it.</param>
/// <param name="Acknowledged">Position the node had applied when it renewed. Later ones are acknowledged by message.</param>
/// <param name="Kinds">Kinds of the tags that the node's high queries use. A write of other kinds need not wait for it.</param>
internal sealed record LeaseRow(NodeId Node, string Name, long Renewal, long Acknowledged, IReadOnlyCollection<string> Kinds)
{
    /// <summary>Whether a record invalidates or holds a tag of a kind that the node's high queries use. What stands for many may stand for them.</summary>
    public bool IsInterestedIn(LogRecord record) =>
        record.Invalidations.Any(each => Kinds.Contains(each.Tag.Kind) || FlushTags.IsOne(each.Tag)) || record.Holds?.Tags.Any(tag => Kinds.Contains(tag.Kind)) == true;
}

/// <summary>Every lease row, as it stands.</summary>
/// <param name="Epoch">The log's epoch; null when it has none yet.</param>
/// <param name="Rows">The rows.</param>
internal sealed record LeaseRows(Epoch? Epoch, IReadOnlyList<LeaseRow> Rows);

namespace Freshet;

/// <summary>What a hold announces (R8): a record that is not in the log yet, because the write behind it is not committed yet.</summary>
/// <param name="Draft">Id of that record. When it comes, the hold is resolved.</param>
/// <param name="Tags">The tags it would invalidate.</param>
internal sealed record Holding(Guid Draft, IReadOnlyList<Tag> Tags);

/// <summary>A hold that a record ends, because what it announced will not come, or is overdue.</summary>
/// <param name="Id">Id of the hold's own record: a hold placed again for the same draft is another one, and stands.</param>
/// <param name="Draft">What the hold announced.</param>
internal readonly record struct Release(Guid Id, Guid Draft);

/// <summary>A hold that stands on a node.</summary>
/// <param name="Record">Its record: who placed it, and when by the log's clock.</param>
/// <param name="PlacedAt">When that was by this node's clock, in milliseconds: rather too late than too early, for nobody may end it before its limit.</param>
internal sealed record Hold(LogRecord Record, long PlacedAt)
{
    public Guid Id => Record.Id;

    public Guid Draft => Record.Holds!.Draft;

    public IReadOnlyList<Tag> Tags => Record.Holds!.Tags;

    /// <summary>What ends it.</summary>
    public Release Release => new(Id, Draft);
}

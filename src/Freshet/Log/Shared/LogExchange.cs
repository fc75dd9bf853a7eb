namespace Freshet;

/// <summary>A node's question to the log: what came after my position? Renews its lease in the same step.</summary>
/// <param name="Known">The node's epoch and position; null before it knows any.</param>
/// <param name="MostRecords">Most records to return.</param>
/// <param name="Lease">The lease to grant or renew; null to hold none.</param>
/// <param name="IsMature">Whether this node has known <paramref name="Known"/>'s epoch for a whole lease and margin on its own clock: then no lease of an earlier epoch is alive anywhere, and the log remembers that (PROTOCOL 18).</param>
/// <param name="Refused">Epochs this node has left. A log that stands in one of them must take a fresh one (PROTOCOL 17).</param>
internal sealed record ExchangeRequest(LogPosition? Known, int MostRecords, LeaseRow? Lease, bool IsMature, IReadOnlyCollection<Epoch> Refused);

/// <summary>The log's answer, all of it read in one atomic step.</summary>
/// <param name="Head">The log's epoch and last position.</param>
/// <param name="Oldest">Position of the oldest record still kept; head + 1 when none is.</param>
/// <param name="Records">The records after the node's position, in order and without gaps, at most as many as were asked for. Empty when the node's epoch is not the log's, or when they were trimmed.</param>
/// <param name="At">The log's own clock, to tell how old a record is. Never for ordering.</param>
/// <param name="IsMature">Whether some node has known the epoch for a whole lease and margin.</param>
/// <param name="LongestTimeToLive">The largest <c>MaxTimeToLive</c> of any node of this keyspace (PROTOCOL 13).</param>
internal sealed record ExchangeReply(LogPosition Head, long Oldest, IReadOnlyList<LogRecord> Records, DateTimeOffset At, bool IsMature, TimeSpan LongestTimeToLive)
{
    /// <summary>The records of the holds that stand at the head, for a node that begins there because it cannot read on from where it is; empty for any other.</summary>
    public IReadOnlyList<LogRecord> Holds { get; init; } = [];

    /// <summary>Position of a record that follows the node's and cannot be read by this version; 0 for none. Then the node begins again at the head, and no records come.</summary>
    public long UnreadableAt { get; init; }
}

/// <summary>Records to append, in order and with none of others between. A hold whose draft the log has already, or that was released, is not appended: it came too late.</summary>
/// <param name="Node">Who appends; acknowledgements come back to it.</param>
/// <param name="Writer">The action.</param>
/// <param name="Drafts">The records.</param>
internal sealed record AppendRequest(NodeId Node, Writer Writer, IReadOnlyList<RecordDraft> Drafts)
{
    /// <summary>Whether the tags' last invalidations before are asked for.</summary>
    public bool WantsBefore { get; init; }
}

/// <summary>What became of an append, all of it read in the same atomic step as the append itself (PROTOCOL 22).</summary>
/// <param name="Records">The records as the log holds them. One that was appended before, by its id, has its earlier position.</param>
/// <param name="Before">If asked for, the position of each tag's last invalidation before these records; 0 when the log knows of none (PROTOCOL 25).</param>
/// <param name="Leases">Every lease row, as it stood.</param>
/// <param name="IsMature">Whether the epoch is older than any lease of an earlier one.</param>
/// <param name="At">The log's own clock.</param>
internal sealed record AppendReply(IReadOnlyList<LogRecord> Records, IReadOnlyDictionary<Tag, long> Before, IReadOnlyList<LeaseRow> Leases, bool IsMature, DateTimeOffset At);

/// <summary>A tag's invalidations as the log knows them.</summary>
/// <param name="ExpiredAt">Position of the last expiry; 0 for none.</param>
/// <param name="StaleMarks">Position and deadline of each mark that still counts, ascending by position.</param>
internal sealed record FetchedMark(long ExpiredAt, IReadOnlyList<FetchedStaleMark> StaleMarks);

/// <summary>One stale mark.</summary>
/// <param name="At">Its position.</param>
/// <param name="Remaining">How long values loaded before it may still be served; zero or less when its deadline has passed.</param>
internal readonly record struct FetchedStaleMark(long At, TimeSpan Remaining);

/// <summary>Marks of some tags, read in one atomic step.</summary>
/// <param name="Head">Epoch and last position of the log at that moment.</param>
/// <param name="ForgottenUpTo">Position up to which the log itself has forgotten marks: a value loaded before it is outdated if its tag has none.</param>
/// <param name="Marks">The marks, in the order of the tags asked for.</param>
internal sealed record FetchedMarks(LogPosition Head, long ForgottenUpTo, IReadOnlyList<FetchedMark> Marks);

namespace Freshet;

/// <summary>A table in the application's own database, in which records to be are saved with the write they belong to. It knows what was committed.</summary>
internal interface IOutbox
{
    /// <summary>Which of these records the database has committed. It reads where the writes go, never a replica, and gives up after a bounded time.</summary>
    /// <exception cref="Exception">The database cannot be asked: nobody knows.</exception>
    ValueTask<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Notes where the log has records that were saved here. It returns at once: the relay repairs what gets lost on the way.</summary>
    void NoteAppended(IReadOnlyList<LogRecord> records);

    /// <summary>Whether the work of a delivery was committed already.</summary>
    /// <exception cref="Exception">The database cannot be asked.</exception>
    ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken);

    /// <summary>How far the relay is, as it last saw it.</summary>
    OutboxState State { get; }
}

/// <summary>What an outbox holds that the log has not.</summary>
/// <param name="Backlog">Committed rows that neither their action nor a relay has appended in time.</param>
/// <param name="Age">How long ago the oldest of them was written; zero when there is none.</param>
/// <param name="SetAside">Rows that cannot be appended, and wait for somebody to look at them.</param>
/// <param name="IsAway">Whether its database could not be reached last time.</param>
internal sealed record OutboxState(long Backlog, TimeSpan Age, long SetAside, bool IsAway);

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
}

namespace Freshet;

/// <summary>The log that several nodes share, as one of them talks to it. Each call is one atomic step of the service.</summary>
/// <remarks>
/// Every call may fail or never return; callers bound the wait. Whatever it throws counts as "the log is away". The service is the
/// only one to give positions and epochs: it takes a fresh epoch whenever it may have lost a record (PROTOCOL 16, 19).
/// </remarks>
internal interface ILogService
{
    /// <summary>Begins to deliver what is told. Called once, before anything else.</summary>
    void Listen(ILogListener listener);

    /// <summary>Checks at start-up what can be known then: format, kind of server, settings that would lose records.</summary>
    /// <exception cref="FreshetException">It cannot work, with what to change. Not when the service is merely away.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>Reads on from a position, and renews the lease.</summary>
    ValueTask<ExchangeReply> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken);

    /// <summary>Appends records. A record whose id is known is not appended again.</summary>
    ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken);

    /// <summary>Reads tags' marks.</summary>
    ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken);

    /// <summary>The lease rows as they stand.</summary>
    ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken);

    /// <summary>Removes lease rows that still are as given (same node, same renewal): a node's own on shutdown, a dead node's after a writer has waited for it.</summary>
    ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken);

    /// <summary>Tells the writer that this node has applied a position. Best effort: it may be lost.</summary>
    void Acknowledge(NodeId node, NodeId writer, LogPosition applied);

    /// <summary>Refuses a record that the service would refuse, before anything is written.</summary>
    /// <exception cref="FreshetException">It is too large.</exception>
    void Check(Writer writer, RecordDraft draft);
}

/// <summary>What a log tells without being asked. All of it may be lost, doubled or out of order; calls come one at a time, on any thread, and must not block.</summary>
internal interface ILogListener
{
    /// <summary>Records were appended.</summary>
    /// <param name="records">The records, in order and without gaps. Empty when they were too large to tell, or had been appended before: read on, and acknowledge.</param>
    /// <param name="writer">The node that appended them; default when the message was unreadable.</param>
    void OnAppended(IReadOnlyList<LogRecord> records, NodeId writer);

    /// <summary>Another node has applied what this one appended.</summary>
    void OnAcknowledged(NodeId node, LogPosition applied);

    /// <summary>The connection was lost or is back: what was told in between may be missing.</summary>
    void OnConnectionChanged(bool isConnected);
}

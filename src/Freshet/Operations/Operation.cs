namespace Freshet;

/// <summary>How far a write is that finishes later.</summary>
public enum OperationState
{
    /// <summary>It is committed that it will be done; nobody has begun.</summary>
    Accepted,

    /// <summary>Somebody is at it, or it is to be tried again.</summary>
    Processing,

    /// <summary>It is done: its write is committed, and its records are appended.</summary>
    Completed,

    /// <summary>It was given up, and nothing was written.</summary>
    Failed,
}

/// <summary>A write that finishes later, as the database knows it.</summary>
public sealed record Operation
{
    /// <summary>Its identity: random, so that it cannot be guessed.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of its kind.</summary>
    public required string Kind { get; init; }

    /// <summary>How far it is. <see cref="OperationState.Completed"/> only once what it raised is in the log: a moment after its commit.</summary>
    public required OperationState Status { get; init; }

    /// <summary>Who asked for it, and may see what becomes of it; null when nobody in particular did.</summary>
    public string? Owner { get; init; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was accepted, by the database's clock.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>When its status last changed, by the database's clock.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>What it came to, as JSON; null until it is completed, and when it came to nothing in particular.</summary>
    public string? Result { get; init; }

    /// <summary>Why it was given up; null unless it was.</summary>
    public OperationFailure? Failure { get; init; }

    /// <summary>Position of its last record, for the next read; null until it is completed, when it raised nothing, and when the outbox has forgotten its rows.</summary>
    public ConsistencyToken? Token { get; init; }

    /// <summary>What it raised, when it is completed.</summary>
    internal IReadOnlyList<OperationRecord> Records { get; init; } = [];
}

/// <summary>Why an operation was given up.</summary>
/// <param name="Code">A short stable code, such as <c>card-declined</c>.</param>
/// <param name="Reason">A sentence for who asked for it.</param>
public sealed record OperationFailure(string Code, string Reason)
{
    /// <summary>The code of an operation that failed as often as it may: <c>operation-failed</c>.</summary>
    public const string GivenUp = "operation-failed";
}

/// <summary>One thing an operation raised, as its answer tells it.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Event">Name of the event; null for the other calls.</param>
/// <param name="Data">The event's members as JSON; null without an event.</param>
/// <param name="Tags">The tags it invalidates.</param>
internal sealed record OperationRecord(Guid Id, string? Event, string? Data, IReadOnlyList<Tag> Tags);

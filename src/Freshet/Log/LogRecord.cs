namespace Freshet;

/// <summary>What an invalidation does to values that carry the tag.</summary>
public enum InvalidationKind
{
    /// <summary>They are not served again; the next read loads.</summary>
    Expire,

    /// <summary>They may be served while one load replaces them, until the deadline.</summary>
    MarkStale,
}

/// <summary>One tag invalidated by a record.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Kind">Expire or mark stale.</param>
/// <param name="Deadline">For mark stale: how long after the record old values may still be served. Zero for expire.</param>
public readonly record struct Invalidation(Tag Tag, InvalidationKind Kind, TimeSpan Deadline)
{
    /// <summary>The version that the write gave to what the tag names: a source that has less lags behind. Null when its event declares none.</summary>
    public long? Version { get; init; }
}

/// <summary>One record of the log: who invalidated what, and why.</summary>
public sealed record LogRecord
{
    /// <summary>The <see cref="Cause"/> of a record whose action failed after raising.</summary>
    internal const string Uncertain = "uncertain";

    /// <summary>The <see cref="Cause"/> of a record that ends a hold because it stood too long.</summary>
    internal const string Overdue = "overdue";

    /// <summary>The record's number: dense, from 1.</summary>
    public required long Position { get; init; }

    /// <summary>The record's own identity, which makes appending idempotent.</summary>
    public required Guid Id { get; init; }

    /// <summary>The log it belongs to.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>When it was appended, by the log's clock: the process's own, or its server's. For people and deadlines, never for ordering.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What ran the write.</summary>
    public required TriggerKind Trigger { get; init; }

    /// <summary>Name of the action: the endpoint's route, the job, the webhook.</summary>
    public required string Action { get; init; }

    /// <summary>Who did it, as far as the host knows.</summary>
    public string? Actor { get; init; }

    /// <summary>The call: <c>Raise</c>, <c>UpdateTag</c>, <c>RevalidateTag</c>, <c>RevalidatePath</c>, an operator's <c>Flush</c>; or <c>Hold</c> and <c>Release</c>, around a write that is not committed yet.</summary>
    public required string Call { get; init; }

    /// <summary>Name of the raised event; null for the other calls.</summary>
    public string? Event { get; init; }

    /// <summary>The raised event itself, in the process that raised it; null elsewhere.</summary>
    public object? EventValue { get; init; }

    /// <summary>The raised event's members as JSON, <c>{"invoiceId":"inv_1"}</c>, on every node that shares the log, and where an outbox keeps it. Null for the other calls, when the event has no JSON form, and in a process of its own without an outbox.</summary>
    public string? EventData { get; init; }

    /// <summary>The tags it invalidates, each once.</summary>
    public required IReadOnlyList<Invalidation> Invalidations { get; init; }

    /// <summary>W3C trace parent of the write; null when it was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Why, when it is not simply the call: an operator's reason; <c>uncertain</c> when the action failed after raising; both, as <c>uncertain: reason</c>, when an operator's did.</summary>
    public string? Cause { get; init; }

    /// <summary>What it holds, when it is a hold (R8): then it invalidates nothing.</summary>
    internal Holding? Holds { get; init; }

    /// <summary>The holds it ends without being what they announced.</summary>
    internal IReadOnlyList<Release> Releases { get; init; } = [];

    /// <summary>Whether its action failed after raising, so that nobody knows whether the write was committed.</summary>
    internal bool IsUncertain => Cause == Uncertain || Cause?.StartsWith(Uncertain + ": ", StringComparison.Ordinal) == true;

    /// <summary>A draft with the position the log gave it.</summary>
    internal static LogRecord Of(Writer writer, RecordDraft draft, LogPosition position, DateTimeOffset at)
    {
        var by = draft.By ?? writer;
        return new LogRecord
        {
            Position = position.Position,
            Id = draft.Id,
            Epoch = position.Epoch,
            At = at,
            Trigger = by.Trigger,
            Action = by.Action,
            Actor = by.Actor,
            Call = draft.Call,
            Event = draft.Event,
            EventValue = draft.EventValue,
            EventData = draft.EventData,
            Invalidations = draft.Invalidations,
            TraceParent = by.TraceParent,
            Cause = draft.Cause,
            Holds = draft.Holds,
            Releases = draft.Releases,
        };
    }
}

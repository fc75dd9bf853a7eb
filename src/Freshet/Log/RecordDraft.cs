namespace Freshet;

/// <summary>A record before the log gave it a position.</summary>
internal sealed record RecordDraft(Guid Id, string Call, string? Event, object? EventValue, IReadOnlyList<Invalidation> Invalidations, string? Cause = null);

/// <summary>Who appends: the same for all records of an action.</summary>
internal sealed record Writer(TriggerKind Trigger, string Action, string? Actor, string? TraceParent);

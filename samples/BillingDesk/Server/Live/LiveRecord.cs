using Freshet;

namespace BillingDesk.Server;

/// <summary>A log record as the live strip shows it. Event and tags by name; the event's other members stay here.</summary>
internal sealed record LiveRecord(long Position, DateTimeOffset At, string Trigger, string Call, string? Event, IReadOnlyList<string> Tags, string Kind)
{
    public static LiveRecord From(LogRecord record) => new(
        record.Position, record.At, record.Trigger.ToString(), record.Call, record.Event,
        [.. record.Invalidations.Select(invalidation => invalidation.Tag.Text)],
        // One record is one call, and one call either expires or marks stale.
        record.Invalidations.Any(invalidation => invalidation.Kind == InvalidationKind.Expire) ? "expire" : "stale");
}

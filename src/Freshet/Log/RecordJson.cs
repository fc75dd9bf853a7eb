using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Freshet;

/// <summary>A record as nodes hand it to each other: compact JSON on one line. Position, epoch and time are not in it, since the log gives them.</summary>
/// <remarks>
/// Members a reader does not know are skipped, so that a newer version may add some while older nodes run. An invalidation without
/// <c>staleFor</c> is an expiry: whatever else a newer version may say there, an older node takes it in the strictest way.
/// </remarks>
internal static partial class RecordJson
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a draft.</summary>
    /// <param name="writer">Who appends it.</param>
    /// <param name="draft">The draft.</param>
    /// <param name="eventData">Its event's members as JSON (<see cref="EventData"/>); null for none.</param>
    public static byte[] Write(Writer writer, RecordDraft draft, string? eventData)
    {
        var by = draft.By ?? writer;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, draft.Id);
            json.WriteString("trigger"u8, NameOf(by.Trigger));
            json.WriteString("action"u8, by.Action);
            if (by.Actor is { } actor) json.WriteString("actor"u8, actor);
            json.WriteString("call"u8, draft.Call);
            if (draft.Event is { } name) json.WriteString("event"u8, name);
            if (eventData is not null)
            {
                json.WritePropertyName("data"u8);
                json.WriteRawValue(eventData, skipInputValidation: true);
            }
            json.WritePropertyName("invalidations"u8);
            WriteInvalidationArray(json, draft.Invalidations);
            if (by.TraceParent is { } parent) json.WriteString("trace"u8, parent);
            if (draft.Cause is { } cause) json.WriteString("cause"u8, cause);
            WriteHolds(json, draft);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes what a record invalidates, as <see cref="Write"/> does: <c>[{"tag":"account:a"},{"tag":"account:b","staleFor":300000}]</c>.</summary>
    public static string WriteInvalidations(IReadOnlyList<Invalidation> invalidations)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, _options)) WriteInvalidationArray(json, invalidations);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A node of a version that knows no holds skips these: for it the record invalidates nothing, or just its tags.
    private static void WriteHolds(Utf8JsonWriter json, RecordDraft draft)
    {
        if (draft.Holds is { } holds)
        {
            json.WriteStartObject("holds"u8);
            json.WriteString("draft"u8, holds.Draft);
            json.WriteStartArray("tags"u8);
            foreach (var tag in holds.Tags) json.WriteStringValue(tag.Text);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (draft.Releases.Count == 0) return;
        json.WriteStartArray("releases"u8);
        foreach (var release in draft.Releases)
        {
            json.WriteStartObject();
            json.WriteString("hold"u8, release.Id);
            json.WriteString("draft"u8, release.Draft);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteInvalidationArray(Utf8JsonWriter json, IReadOnlyList<Invalidation> invalidations)
    {
        json.WriteStartArray();
        foreach (var invalidation in invalidations)
        {
            json.WriteStartObject();
            json.WriteString("tag"u8, invalidation.Tag.Text);
            if (invalidation.Kind == InvalidationKind.MarkStale) json.WriteNumber("staleFor"u8, (long)invalidation.Deadline.TotalMilliseconds);
            if (invalidation.Version is { } version) json.WriteNumber("version"u8, version);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The name of a trigger on the wire.</summary>
    public static string NameOf(TriggerKind trigger) => trigger switch
    {
        TriggerKind.UserAction => "user-action",
        TriggerKind.Webhook => "webhook",
        TriggerKind.Job => "job",
        _ => "operator",
    };
}

/// <summary>A record of the log cannot be read: foreign bytes, or a version that this one does not know. Whoever follows treats it as a gap (R6).</summary>
internal sealed class UnreadableRecordException : FreshetException
{
    internal UnreadableRecordException(long position, Exception inner) : base(
        $"The log's record at position {position} cannot be read, so what it invalidates is unknown and everything loaded before it counts as outdated. Let nobody but Freshet write to the log's keys, and run versions that know the same format.",
        inner) => Position = position;

    /// <inheritdoc/>
    public override string Code => "unreadable-record";

    /// <summary>The record's position.</summary>
    public long Position { get; }
}

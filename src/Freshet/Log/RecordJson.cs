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
internal static class RecordJson
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

    /// <summary>Reads what a record invalidates.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IReadOnlyList<Invalidation> ReadInvalidations(string text)
    {
        try
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            Expect(json.Read());
            var invalidations = ReadInvalidationArray(ref json);
            Expect(!json.Read());
            return invalidations;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw new FormatException("Not a list of invalidations.", error);
        }
    }

    /// <summary>Reads a record.</summary>
    /// <param name="utf8">What <see cref="Write"/> wrote, here or elsewhere.</param>
    /// <param name="position">Its place in the log.</param>
    /// <param name="at">When it was appended, by the log's own clock.</param>
    /// <exception cref="UnreadableRecordException">It is not a record, or lacks a member.</exception>
    public static LogRecord Read(ReadOnlySpan<byte> utf8, LogPosition position, DateTimeOffset at)
    {
        try
        {
            return ReadRecord(utf8, position, at);
        }
        // What the reader throws for broken JSON, for a value of another kind, and for one out of range.
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw new UnreadableRecordException(position.Position, error);
        }
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

    private static LogRecord ReadRecord(ReadOnlySpan<byte> utf8, LogPosition position, DateTimeOffset at)
    {
        var (id, trigger) = ((Guid?)null, (TriggerKind?)null);
        string? action = null, actor = null, call = null, name = null, data = null, trace = null, cause = null;
        IReadOnlyList<Invalidation>? invalidations = null;
        Holding? holds = null;
        IReadOnlyList<Release> releases = [];

        var json = new Utf8JsonReader(utf8);
        Expect(json.Read() && json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref json, "id"u8)) id = json.GetGuid();
            else if (Is(ref json, "trigger"u8)) trigger = FindTrigger(json.GetString()) ?? throw new JsonException();
            else if (Is(ref json, "action"u8)) action = json.GetString();
            else if (Is(ref json, "actor"u8)) actor = json.GetString();
            else if (Is(ref json, "call"u8)) call = json.GetString();
            else if (Is(ref json, "event"u8)) name = json.GetString();
            else if (Is(ref json, "data"u8)) data = Raw(ref json, utf8);
            else if (Is(ref json, "invalidations"u8)) invalidations = ReadInvalidationArray(ref json);
            else if (Is(ref json, "trace"u8)) trace = json.GetString();
            else if (Is(ref json, "cause"u8)) cause = json.GetString();
            else if (Is(ref json, "holds"u8)) holds = ReadHolding(ref json);
            else if (Is(ref json, "releases"u8)) releases = ReadReleases(ref json);
            else Skip(ref json);
        }
        Expect(json.TokenType == JsonTokenType.EndObject && !json.Read());
        return new LogRecord
        {
            Position = position.Position,
            Epoch = position.Epoch,
            At = at,
            Id = id ?? throw new JsonException(),
            Trigger = trigger ?? throw new JsonException(),
            Action = action ?? throw new JsonException(),
            Actor = actor,
            Call = call ?? throw new JsonException(),
            Event = name,
            EventData = data,
            Invalidations = invalidations ?? throw new JsonException(),
            TraceParent = trace,
            Cause = cause,
            Holds = holds,
            Releases = releases,
        };
    }

    private static Holding ReadHolding(ref Utf8JsonReader json)
    {
        var (draft, tags) = ((Guid?)null, (List<Tag>?)null);
        Expect(json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref json, "draft"u8)) draft = json.GetGuid();
            else if (Is(ref json, "tags"u8)) tags = ReadTags(ref json);
            else Skip(ref json);
        }
        Expect(json.TokenType == JsonTokenType.EndObject);
        return new Holding(draft ?? throw new JsonException(), tags ?? throw new JsonException());
    }

    private static List<Tag> ReadTags(ref Utf8JsonReader json)
    {
        var tags = new List<Tag>();
        Expect(json.TokenType == JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.String) tags.Add(TagOf(json.GetString()));
        Expect(json.TokenType == JsonTokenType.EndArray);
        return tags;
    }

    private static List<Release> ReadReleases(ref Utf8JsonReader json)
    {
        var releases = new List<Release>();
        Expect(json.TokenType == JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var (hold, draft) = ((Guid?)null, (Guid?)null);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (Is(ref json, "hold"u8)) hold = json.GetGuid();
                else if (Is(ref json, "draft"u8)) draft = json.GetGuid();
                else Skip(ref json);
            }
            Expect(json.TokenType == JsonTokenType.EndObject);
            releases.Add(new Release(hold ?? throw new JsonException(), draft ?? throw new JsonException()));
        }
        Expect(json.TokenType == JsonTokenType.EndArray);
        return releases;
    }

    private static List<Invalidation> ReadInvalidationArray(ref Utf8JsonReader json)
    {
        var invalidations = new List<Invalidation>();
        Expect(json.TokenType == JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var (tag, staleFor, version) = ((string?)null, (long?)null, (long?)null);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (Is(ref json, "tag"u8)) tag = json.GetString();
                else if (Is(ref json, "staleFor"u8)) staleFor = json.GetInt64();
                else if (Is(ref json, "version"u8)) version = json.GetInt64();
                else Skip(ref json);
            }
            Expect(json.TokenType == JsonTokenType.EndObject);
            var invalidation = staleFor is { } milliseconds
                ? new Invalidation(TagOf(tag), InvalidationKind.MarkStale, TimeSpan.FromMilliseconds(milliseconds))
                : new Invalidation(TagOf(tag), InvalidationKind.Expire, TimeSpan.Zero);
            invalidations.Add(invalidation with { Version = version });
        }
        Expect(json.TokenType == JsonTokenType.EndArray);
        return invalidations;
    }

    /// <summary>Whether this member has a name; if so, goes on to its value.</summary>
    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        if (!json.ValueTextEquals(name)) return false;
        json.Read();
        return true;
    }

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static string Raw(ref Utf8JsonReader json, ReadOnlySpan<byte> utf8)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return Encoding.UTF8.GetString(utf8[start..(int)json.BytesConsumed]);
    }

    private static Tag TagOf(string? text)
    {
        var end = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        Expect(end > 0);
        return new Tag(text![..end], text);
    }

    /// <summary>The name of a trigger on the wire.</summary>
    public static string NameOf(TriggerKind trigger) => trigger switch
    {
        TriggerKind.UserAction => "user-action",
        TriggerKind.Webhook => "webhook",
        TriggerKind.Job => "job",
        _ => "operator",
    };

    /// <summary>The trigger of a name; null for none that is known.</summary>
    public static TriggerKind? FindTrigger(string? name) => name switch
    {
        "user-action" => TriggerKind.UserAction,
        "webhook" => TriggerKind.Webhook,
        "job" => TriggerKind.Job,
        "operator" => TriggerKind.Operator,
        _ => null,
    };

    private static void Expect(bool isSo)
    {
        if (!isSo) throw new JsonException();
    }
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

using System.Text;
using System.Text.Json;

namespace Freshet;

/// <remarks>Reads what <see cref="Write"/> wrote, and what newer versions and other languages add to it.</remarks>
internal static partial class RecordJson
{
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

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Raised events as answers carry them: <c>{"type": "invoice.paid", "invoiceId": "inv_1"}</c>.</summary>
internal sealed class EventJson
{
    /// <summary>Longest <c>Freshness-Events</c>, in bytes. Beyond it the header names the events without their members; beyond it still, it is left out.</summary>
    public const int MaxHeaderLength = 4096;

    private const string TypeMember = "type";

    private readonly JsonSerializerOptions _options;
    private readonly ILogger _logger;

    public EventJson(JsonSerializerOptions application, ILogger logger)
    {
        // The application's converters and type information, but always camelCase: the names are part of the contract.
        _options = new JsonSerializerOptions(application)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            ReferenceHandler = null,
            WriteIndented = false,
        };
        _logger = logger;
    }

    /// <summary>The events among an action's records, in order.</summary>
    /// <remarks>Not those of an uncertain write: their tags are invalidated to be safe, but nobody knows that they happened.</remarks>
    public JsonArray Write(IReadOnlyList<LogRecord> records)
    {
        var events = new JsonArray();
        foreach (var record in records)
        {
            if (Write(record) is { } written) events.Add((JsonNode)written);
        }
        return events;
    }

    /// <summary>The event of one record, raised by this process or another; null when it raised none, or nobody knows that it happened.</summary>
    public JsonObject? Write(LogRecord record) =>
        record.Event is null || record.IsUncertain ? null
        : record is { EventValue: null, EventData: { } data } ? Write(record.Event, JsonNode.Parse(data) as JsonObject ?? [])
        : Write(record.Event, record.EventValue is { } value ? Members(record.Event, value) : []);

    /// <summary>The events for the header: JSON in ASCII, members and all if that fits; null when not even the names do, or nothing was raised.</summary>
    public static string? ForHeader(JsonArray events)
    {
        if (events.Count == 0) return null;
        var whole = Ascii(events);
        if (whole.Length <= MaxHeaderLength) return whole;
        var names = new JsonArray();
        foreach (var name in events.Select(item => item![TypeMember]!.GetValue<string>()).Distinct()) names.Add((JsonNode?)JsonValue.Create(name));
        var named = Ascii(names);
        return named.Length <= MaxHeaderLength ? named : null;
    }

    private static JsonObject Write(string name, JsonObject members)
    {
        var written = new JsonObject { [TypeMember] = name };
        foreach (var (member, content) in members)
        {
            // The event's name has the word; a member called Type stays behind.
            if (member != TypeMember) written[member] = content?.DeepClone();
        }
        return written;
    }

    private JsonObject Members(string name, object value)
    {
        try
        {
            return JsonSerializer.SerializeToNode(value, _options.GetTypeInfo(value.GetType())) as JsonObject ?? [];
        }
        // The write is committed and its records are appended, so the answer must go out: with the event's name, and a line in the log.
#pragma warning disable CA1031 // Whatever a member or converter of the application throws.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.EventNotWritable(name, value.GetType().Name, error.GetType().Name);
            return [];
        }
    }

    private static string Ascii(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) node.WriteTo(writer); // the writer's own encoder escapes everything outside ASCII
        return Encoding.ASCII.GetString(buffer.WrittenSpan);
    }
}

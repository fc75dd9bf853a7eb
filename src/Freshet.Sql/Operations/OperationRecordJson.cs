using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Freshet.Sql;

/// <summary>What an operation raised, as its row keeps it: <c>[{"id": "...", "event": "invoice.paid", "data": {...}, "tags": ["invoice:inv_1"]}]</c>.</summary>
internal static class OperationRecordJson
{
    public static string Write(IEnumerable<OperationRecord> records)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var record in records)
            {
                json.WriteStartObject();
                json.WriteString("id", record.Id);
                if (record.Event is not null) json.WriteString("event", record.Event);
                if (record.Data is not null)
                {
                    json.WritePropertyName("data");
                    json.WriteRawValue(record.Data, skipInputValidation: true);
                }
                json.WriteStartArray("tags");
                foreach (var tag in record.Tags) json.WriteStringValue(tag.Text);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static IReadOnlyList<OperationRecord> Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(each => new OperationRecord(
            each.GetProperty("id").GetGuid(),
            each.TryGetProperty("event", out var name) ? name.GetString() : null,
            each.TryGetProperty("data", out var data) ? data.GetRawText() : null,
            [.. each.GetProperty("tags").EnumerateArray().Select(tag => TagOf(tag.GetString()!))]))];
    }

    private static Tag TagOf(string text) => new(text[..text.IndexOf(':', StringComparison.Ordinal)], text);
}

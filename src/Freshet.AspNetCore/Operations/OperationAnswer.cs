using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>An operation in the envelope of a mutation's answer: events and token come with <c>completed</c> alone.</summary>
internal static class OperationAnswer
{
    public static Task WriteAsync(HttpResponse response, HttpFreshness freshness, Operation operation)
    {
        var events = operation.Status == OperationState.Completed ? EventsOf(operation) : [];
        var token = operation.Token is { } last ? freshness.Tokens.Write(last) : null;
        WriteHeaders(response.Headers, freshness, operation, events, token);
        return WriteAsync(response, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data");
            if (operation.Status is OperationState.Accepted or OperationState.Processing) WriteData(json, operation);
            else json.WriteRawValue(operation.Result ?? "null");
            json.WriteString("status", Kebab.Of(operation.Status));
            json.WritePropertyName("freshness_events");
            events.WriteTo(json);
            if (token is not null) json.WriteString("freshness_token", token);
            if (operation.Failure is { } failure) WriteProblem(json, failure);
            json.WriteEndObject();
        });
    }

    public static async Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>What is said of an operation that has come to nothing yet.</summary>
    public static void WriteData(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("id", operation.Id);
        json.WriteString("kind", operation.Kind);
        json.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter json, OperationFailure failure)
    {
        json.WriteStartObject("problem");
        json.WriteString("title", "The operation failed");
        json.WriteString("detail", failure.Reason);
        json.WriteString("code", failure.Code);
        json.WriteEndObject();
    }

    // The same that the answer of a write would have had, had it waited for this.
    private static void WriteHeaders(IHeaderDictionary headers, HttpFreshness freshness, Operation operation, JsonArray events, string? token)
    {
        if (EventJson.ForHeader(events) is { } named) headers[FreshnessHeaders.Events] = named;
        if (operation.Token is not { } last) return; // nothing to compare tags by
        var position = last.Position.ToString(CultureInfo.InvariantCulture);
        headers[FreshnessHeaders.Token] = token;
        headers[FreshnessHeaders.Epoch] = freshness.Tags.Hash(last.Epoch);
        headers[FreshnessHeaders.Position] = $"{position}-{position}";
        headers[FreshnessHeaders.Tags] = freshness.Tags.HeaderFor(operation.Records.SelectMany(record => record.Tags).ToHashSet());
    }

    private static JsonArray EventsOf(Operation operation)
    {
        var events = new JsonArray();
        foreach (var record in operation.Records)
        {
            if (record.Event is null) continue;
            var written = new JsonObject { ["type"] = record.Event };
            foreach (var (member, content) in record.Data is { } data ? JsonNode.Parse(data)!.AsObject() : [])
            {
                if (member != "type") written[member] = content?.DeepClone(); // the event's name has the word
            }
            events.Add((JsonNode)written);
        }
        return events;
    }
}

using System.Text.Json.Nodes;

namespace BillingDesk.Tests;

/// <summary>One server-sent event; a comment has a null name.</summary>
internal sealed record StreamedEvent(string? Name, string? Id, JsonNode? Data);

/// <summary>A browser's EventSource, one event at a time.</summary>
internal sealed class EventStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public static async Task<EventStream> OpenAsync(DeskHost desk, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/live");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await desk.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event or comment. Waits for it; null when the stream has ended.</summary>
    public async Task<StreamedEvent?> NextAsync()
    {
        string? name = null, id = null, data = null;
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.Length == 0) return new StreamedEvent(name, id, data is null ? null : JsonNode.Parse(data));
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
        }
        return null;
    }

    /// <summary>The next event, whose name and id must be these.</summary>
    public async Task<JsonNode> ExpectAsync(string name, long id)
    {
        var next = (await NextAsync()).ShouldNotBeNull();
        (next.Name, next.Id).ShouldBe((name, id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return next.Data!;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}

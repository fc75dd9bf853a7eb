using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BillingDesk.Server;

/// <summary>Writes server-sent events, each flushed at once. Heartbeats and records may come together: each is written whole.</summary>
internal sealed class EventWriter(Stream body) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public Task WriteAsync<T>(string name, long id, T data, CancellationToken ct) =>
        SendAsync(string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {name}\ndata: {JsonSerializer.Serialize(data, JsonSerializerOptions.Web)}\n\n"), ct);

    public Task CommentAsync(string text, CancellationToken ct) => SendAsync($": {text}\n\n", ct);

    public void Dispose() => _turn.Dispose();

    private async Task SendAsync(string text, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await body.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            await body.FlushAsync(ct);
        }
        finally
        {
            _turn.Release();
        }
    }
}

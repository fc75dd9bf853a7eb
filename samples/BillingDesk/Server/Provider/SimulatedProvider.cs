using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using BillingDesk.Billing;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace BillingDesk.Server;

/// <summary>Plays the payment provider: takes every checkout, and a while later delivers its success to the desk's webhook, signed, over real HTTP.</summary>
/// <remarks>As real ones do, it delivers again until it gets a 2xx, a few times. What it has not delivered when the process ends is lost with it; a real one is another company.</remarks>
internal sealed class SimulatedProvider(ProviderOptions options, IServer server, TimeProvider time, ILogger<SimulatedProvider> logger) : BackgroundService, IPaymentProvider
{
    private const int MaxAttempts = 5;

    private readonly Channel<(string Id, Checkout Checkout)> _begun = Channel.CreateUnbounded<(string, Checkout)>();
    private readonly HttpClient _http = new();
    private readonly string _run = Guid.NewGuid().ToString("N")[..8]; // ids of another run are other deliveries
    private long _last;

    public Task<string> BeginAsync(Checkout checkout, CancellationToken ct = default)
    {
        var id = $"{_run}_{Interlocked.Increment(ref _last)}";
        _begun.Writer.TryWrite((id, checkout));
        return Task.FromResult($"co_{id}");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delivering = new List<Task>();
        await foreach (var (id, checkout) in _begun.Reader.ReadAllAsync(stoppingToken))
        {
            delivering.RemoveAll(each => each.IsCompleted);
            delivering.Add(DeliverAsync($"evt_{id}", checkout, stoppingToken));
        }
        await Task.WhenAll(delivering);
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    private async Task DeliverAsync(string id, Checkout checkout, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Payment(id, checkout.Type, checkout.Reference), JsonSerializerOptions.Web);
        try
        {
            await Task.Delay(options.Delay, time, ct);
            for (var attempt = 1; attempt <= MaxAttempts; attempt++)
            {
                if (await TryDeliverAsync(body, ct)) return;
                await Task.Delay(TimeSpan.FromSeconds(1 << attempt), time, ct);
            }
            logger.NotDelivered(id, MaxAttempts);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task<bool> TryDeliverAsync(byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Desk(), DeskWebhooks.PaymentsPath)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, time.GetUtcNow(), options.Secret));
        try
        {
            using var response = await _http.SendAsync(request, ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // the desk is away: delivered again
        }
    }

    private Uri Desk() => options.CallsBack ?? new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
}

using System.Net.Http.Headers;
using System.Text.Json;
using BillingDesk.Billing;
using Freshet.AspNetCore;

namespace BillingDesk.Tests;

/// <summary>Deliveries of the payment provider, signed as it signs them.</summary>
internal static class Deliveries
{
    public const string Secret = "the provider's secret in the tests";

    private const string Path = "/webhooks/payments";

    /// <summary>Delivers one.</summary>
    /// <param name="desk">Where to.</param>
    /// <param name="id">The delivery's id.</param>
    /// <param name="type">What it tells of.</param>
    /// <param name="data">What the checkout referred to.</param>
    /// <param name="secret">What it is signed with.</param>
    public static async Task<HttpStatusCode> DeliverAsync(this DeskHost desk, string id, string type, IReadOnlyDictionary<string, string> data, string secret = Secret)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Payment(id, type, data), JsonSerializerOptions.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, desk.Time.GetUtcNow(), secret));
        using var response = await desk.Http.SendAsync(request);
        return response.StatusCode;
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <remarks>Reads a delivery, and believes it or not.</remarks>
internal sealed partial class WebhookEndpoint
{
    /// <summary>Reads a delivery and believes it; null when it was answered otherwise.</summary>
    private async Task<Delivery?> ReadAsync(FreshetRequest request, Started started)
    {
        var http = request.Http;
        var settings = started.Settings.Current;
        // Nobody who cannot even show a signature makes us read a body.
        if (SignatureHeader.TryRead(http.Request.Headers[settings.SignatureHeader], out var signature) is { } unreadable)
            return await RefuseAsync(request, started, StatusCodes.Status401Unauthorized, "invalid-signature", Kebab.Of(unreadable), InvalidSignature).ConfigureAwait(false);

        byte[]? body;
        try
        {
            body = await WebhookBody.ReadAsync(http.Request, settings.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error)
        {
            if (error.StatusCode != StatusCodes.Status413PayloadTooLarge)
                return await RefuseAsync(request, started, error.StatusCode, "malformed-request", "unreadable", "The body could not be received whole. Nothing was done.").ConfigureAwait(false);
            body = null; // the server's own limit is the lower one
        }
        if (body is null)
            return await RefuseAsync(request, started, StatusCodes.Status413PayloadTooLarge, "payload-too-large", "too-large", $"The body may have {settings.MaxBodyBytes} bytes. Nothing was done.").ConfigureAwait(false);
        if (signature.Check(body, settings.Keys, settings.Tolerance, started.Time.GetUtcNow()) is { } fault)
            return await RefuseAsync(request, started, StatusCodes.Status401Unauthorized, "invalid-signature", Kebab.Of(fault), InvalidSignature).ConfigureAwait(false);

        return Read(body, settings) is { } delivery
            ? delivery
            : await RefuseAsync(
                request, started, StatusCodes.Status400BadRequest, "malformed-request", "unreadable",
                $"The body is not a JSON object with an id at '{settings.EventId}' and a type at '{settings.EventType}'. Nothing was done.").ConfigureAwait(false);
    }

    private Delivery? Read(byte[] body, WebhookSettings settings)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var type = settings.EventType.In(json.RootElement);
            // Without a type it is not "unknown": most likely the path to it is wrong, and every delivery would be acknowledged and lost.
            if (json.RootElement.ValueKind != JsonValueKind.Object || (type is null && _any is null)) return null;
            var handler = (type is null ? null : _handlers.GetValueOrDefault(type)) ?? _any;
            if (handler is not { Claims: true }) return new Delivery(body, type, handler, Claim: null);
            return settings.EventId.In(json.RootElement) is { } id ? new Delivery(body, type, handler, new DeliveryClaim(Name, id)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<Delivery?> RefuseAsync(FreshetRequest request, Started started, int status, string code, string reason, string detail)
    {
        started.Logger.DeliveryRefused(Name, status, reason);
        request.Freshness.Webhooks.NoteRefused(Name, reason);
        await ProblemWriter.AnswerAsync(request.Http, status, code, detail).ConfigureAwait(false);
        return null;
    }

    /// <summary>A delivery that proved its origin.</summary>
    private sealed record Delivery(byte[] Body, string? Type, WebhookHandler? Handler, DeliveryClaim? Claim)
    {
        /// <summary>The type for the log: what no type looks like is not repeated.</summary>
        public string ShownType => new([.. (Type ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_').Take(100)]);
    }
}

using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Reads a delivery's body as it came: the signature is over its bytes, not over what somebody reads from them.</summary>
internal static class WebhookBody
{
    /// <summary>The body; null when it has more bytes than allowed, of which no more are read than that.</summary>
    /// <exception cref="BadHttpRequestException">It ended too early, or is larger than the server allows.</exception>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) return null;
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                return null;
            }
            if (read.IsCompleted)
            {
                var body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return body;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}

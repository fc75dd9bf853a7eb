using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Freshet.AspNetCore;

/// <summary>The answer of a mutation: <c>{"data": ..., "status": "completed", "freshness_events": [...], "freshness_token": "..."}</c>.</summary>
/// <remarks>
/// The result writes itself into a buffer, and its JSON becomes <c>data</c>. So a result keeps everything it does beyond its value:
/// its own JSON options, <c>Location</c>, <c>ETag</c>, content negotiation. What turns out not to be a JSON value goes out as it is.
/// </remarks>
internal static class Envelope
{
    /// <summary>Whether a route handler's result carries a value, as opposed to nothing, a file, a stream, a redirect or an error.</summary>
    public static bool MayWrap(IResult result) =>
        result is IValueHttpResult and not IFileHttpResult && IsSuccess((result as IStatusCodeHttpResult)?.StatusCode);

    /// <summary>The same for a controller's.</summary>
    public static bool MayWrap(IActionResult? result) => result switch
    {
        ObjectResult { Value: not null } value => IsSuccess(value.StatusCode),
        JsonResult json => IsSuccess(json.StatusCode),
        _ => false,
    };

    /// <summary>Lets a result write itself, and wraps what it wrote.</summary>
    /// <param name="request">The request, its action completed.</param>
    /// <param name="write">Writes the result; false when that failed, and the answer is to be left to others.</param>
    public static async Task WriteAsync(FreshetRequest request, Func<Task<bool>> write)
    {
        var features = request.Http.Features;
        var outer = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffer = new MemoryStream();
        var inner = new StreamResponseBodyFeature(buffer, outer);
        features.Set<IHttpResponseBodyFeature>(inner);
        try
        {
            if (!await write().ConfigureAwait(false)) return;
            await inner.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            features.Set(outer);
            inner.Dispose();
        }

        var written = new ReadOnlyMemory<byte>(buffer.GetBuffer(), 0, (int)buffer.Length);
        var response = request.Http.Response;
        if (IsSuccess(response.StatusCode) && written.Length > 0 && IsJson(response.ContentType))
        {
            written = Compose(request, written.Span, response.StatusCode);
            response.ContentLength = written.Length;
        }
        // Not cancelled when the client leaves: the server drops what nobody receives, and a cancelled write would look like a failure.
        await response.Body.WriteAsync(written, CancellationToken.None).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Compose(FreshetRequest request, ReadOnlySpan<byte> data, int status)
    {
        var buffer = new ArrayBufferWriter<byte>(data.Length + 512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WritePropertyName("data");
        writer.WriteRawValue(data, skipInputValidation: true);
        // An operation that was accepted is not completed; its own events arrive when it is.
        writer.WriteString("status", status == StatusCodes.Status202Accepted ? "accepted" : "completed");
        writer.WritePropertyName("freshness_events");
        request.Events.WriteTo(writer);
        if (request.TokenText is { } token) writer.WriteString("freshness_token", token);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static bool IsSuccess(int? status) => status is null or StatusCodes.Status200OK or StatusCodes.Status201Created or StatusCodes.Status202Accepted;

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (type.Encoding is null || type.Encoding.CodePage == Encoding.UTF8.CodePage);
}

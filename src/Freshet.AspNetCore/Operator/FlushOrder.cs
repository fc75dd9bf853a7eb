using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>What the body of a flush says.</summary>
/// <param name="Scope">One of <see cref="Scopes"/>.</param>
/// <param name="Target">The query, tag, kind or path.</param>
/// <param name="Reason">Why.</param>
/// <param name="DryRun">Whether to tell what it would hit, and change nothing.</param>
internal sealed record FlushOrder(string Scope, string Target, string Reason, bool DryRun)
{
    /// <summary>Most bytes of a body.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Most characters of a reason.</summary>
    public const int MaxReason = 500;

    /// <summary>What can be flushed.</summary>
    public static readonly string[] Scopes = ["query", "tag", "tagKind", "path", "layout"];

    private const string Form = "Send one JSON object of these members and no others: {\"scope\": \"query\", \"target\": \"account-summary\", \"reason\": \"why\", \"dryRun\": true}.";

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="OperatorBodyException">It is not JSON, too large, or not of this form.</exception>
    /// <exception cref="OperatorInputException">There is no such scope, or no reason.</exception>
    public static async Task<FlushOrder> ReadAsync(HttpRequest request)
    {
        // A form of another site can be sent with the operator's cookie, but not as JSON.
        if (!request.HasJsonContentType()) throw new OperatorBodyException(StatusCodes.Status415UnsupportedMediaType, Form);
        var bytes = new byte[MaxBytes + 1];
        var length = 0;
        int read;
        do
        {
            if (length == bytes.Length || request.ContentLength > MaxBytes)
                throw new OperatorBodyException(StatusCodes.Status413PayloadTooLarge, $"The body may have {MaxBytes} bytes. {Form}");
            read = await request.Body.ReadAsync(bytes.AsMemory(length), request.HttpContext.RequestAborted).ConfigureAwait(false);
            length += read;
        }
        while (read > 0);
        return Parse(bytes.AsMemory(0, length));
    }

    private static FlushOrder Parse(ReadOnlyMemory<byte> bytes)
    {
        string? scope = null, target = null, reason = null;
        var dryRun = false;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw Malformed();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (!seen.Add(member.Name)) throw Malformed();
                switch (member.Name)
                {
                    case "scope": scope = member.Value.GetString(); break;
                    case "target": target = member.Value.GetString(); break;
                    case "reason": reason = member.Value.GetString(); break;
                    case "dryRun": dryRun = member.Value.GetBoolean(); break;
                    // A "dryrun" that is overlooked would flush in earnest.
                    default: throw Malformed();
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Malformed();
        }

        if (scope is null || !Scopes.Contains(scope)) throw new OperatorInputException("unknown-scope", $"Say what to flush. Known scopes: {string.Join(", ", Scopes)}.");
        if (string.IsNullOrWhiteSpace(target)) throw new OperatorInputException("missing-target", $"Say which {scope} to flush, as \"target\".");
        if (string.IsNullOrWhiteSpace(reason)) throw new OperatorInputException("missing-reason", "Say why, as \"reason\": it is kept in the log with your name.");
        if (reason.Length > MaxReason || reason.Any(char.IsControl))
            throw new OperatorInputException("invalid-reason", $"A reason is one line of at most {MaxReason} characters.");
        return new FlushOrder(scope, target, reason.Trim(), dryRun);
    }

    private static OperatorBodyException Malformed() => new(StatusCodes.Status400BadRequest, Form);
}

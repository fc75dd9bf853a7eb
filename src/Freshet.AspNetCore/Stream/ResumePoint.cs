using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Where a subscriber was: the <c>id:</c> of the last frame it saw, <c>17.kX3aBc</c>, or what it has from an answer's headers in the same form.</summary>
/// <remarks>
/// The position alone does not say where: positions of a log that begins anew soon reach the old numbers, and a client that resumes at
/// 17 there would be told of 18 and never of the new log's first seventeen.
/// </remarks>
/// <param name="Position">The position.</param>
/// <param name="Epoch">Hash of the epoch; null for a bare number, which counts by whatever log there is.</param>
internal readonly record struct ResumePoint(long Position, string? Epoch)
{
    public const string Header = "Last-Event-ID";
    public const string Parameter = "after";

    /// <summary>What a request says, the header first: the browser's own reconnect keeps an address that was right only once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="point">Null when it says nothing.</param>
    /// <returns>False when it says something that is no such point.</returns>
    public static bool TryRead(HttpRequest request, out ResumePoint? point)
    {
        point = null;
        var text = request.Headers.TryGetValue(Header, out var header) ? header.ToString() : request.Query[Parameter].ToString();
        if (text.Length == 0) return true;
        if (!TryParse(text, out var parsed)) return false;
        point = parsed;
        return true;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out ResumePoint? point)
    {
        point = null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var number = dot < 0 ? text : text[..dot];
        var epoch = dot < 0 ? null : text[(dot + 1)..];
        if (epoch is { Length: 0 or > 64 } || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) return false;
        point = new ResumePoint(position, epoch);
        return true;
    }
}

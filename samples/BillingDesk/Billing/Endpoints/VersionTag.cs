using System.Globalization;
using BillingDesk.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace BillingDesk.Billing;

/// <summary>An invoice's version as entity tag: <c>"7"</c>.</summary>
internal static class VersionTag
{
    private const long NoVersion = 0; // versions begin at 1, so this one never fits

    public static string Of(InvoiceDetail invoice) => $"\"{invoice.Version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The version that the request's <c>If-Match</c> names; null when the header does not name exactly one.</summary>
    /// <remarks>A well-formed tag that is no version of ours (weak, or not a number) is one that does not fit, not an error (RFC 9110, 13.1.1).</remarks>
    public static long? FromIfMatch(HttpRequest request)
    {
        if (!EntityTagHeaderValue.TryParseStrictList(request.Headers.IfMatch, out var tags) || tags.Count != 1) return null;
        var tag = tags[0];
        if (tag.Equals(EntityTagHeaderValue.Any)) return null;
        return !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : NoVersion;
    }
}

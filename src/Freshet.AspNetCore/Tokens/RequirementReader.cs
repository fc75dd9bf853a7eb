using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Reads what a request asks of its reads: a consistency token, a minimum version.</summary>
internal sealed class RequirementReader(TokenCodec tokens, TokenCounter counter, ILogger logger)
{
    /// <summary>The request's requirement, and whether it brought a cookie that should be deleted.</summary>
    /// <exception cref="InvalidTokenException">The header is not a token of this application.</exception>
    /// <exception cref="InvalidMinimumVersionException">The header is not a whole number from 0.</exception>
    public (ReadRequirement Requirement, bool DeleteCookie) Read(HttpRequest request)
    {
        var minimumVersion = MinimumVersion(request);
        if (request.Headers.TryGetValue(FreshnessHeaders.Token, out var header))
            return (new ReadRequirement(FromHeader(header.ToString()), minimumVersion), false);
        if (!request.Cookies.TryGetValue(TokenCookie.Name, out var cookie))
            return (new ReadRequirement(null, minimumVersion), false);
        var fromCookie = FromCookie(cookie);
        return (new ReadRequirement(fromCookie, minimumVersion), fromCookie is null);
    }

    private ConsistencyToken FromHeader(string text)
    {
        var fault = tokens.TryRead(text, out var token, out var isVerified);
        counter.Note("header", Result(fault, isVerified));
        return fault is null ? token : throw new InvalidTokenException(fault.Value);
    }

    // A program can mend its header; a person cannot mend a cookie, and would see the same error on every page until it expires.
    private ConsistencyToken? FromCookie(string text)
    {
        var fault = tokens.TryRead(text, out var token, out var isVerified);
        counter.Note("cookie", Result(fault, isVerified));
        if (fault is null) return token;
        logger.CookieIgnored(fault.Value);
        return null;
    }

    private static string Result(TokenFault? fault, bool isVerified) => fault switch
    {
        null => isVerified ? "verified" : "unverified",
        TokenFault.BadSignature => "bad-signature",
        _ => "malformed",
    };

    private static long? MinimumVersion(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(FreshnessHeaders.MinimumVersion, out var header)) return null;
        return long.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new InvalidMinimumVersionException();
    }
}

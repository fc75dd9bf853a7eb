namespace Freshet.AspNetCore;

/// <summary>What is wrong with a consistency token.</summary>
public enum TokenFault
{
    /// <summary>It is not a token at all: cut off, garbage, an unknown version, or an impossible position.</summary>
    Malformed,

    /// <summary>It has the form of a token and names one of our keys, but that key did not sign it.</summary>
    BadSignature,
}

/// <summary>A request carried a consistency token, in the header <c>Freshness-Token</c>, that this application never gave out. Answered with 400.</summary>
public sealed class InvalidTokenException : FreshetException
{
    internal InvalidTokenException(TokenFault fault)
        : base($"The request header {FreshnessHeaders.Token} {Describe(fault)}. Send the token exactly as the last answer gave it, or leave the header out.") =>
        Fault = fault;

    /// <inheritdoc/>
    public override string Code => "invalid-token";

    /// <inheritdoc/>
    public override bool IsCallerFault => true;

    /// <summary>What is wrong with it.</summary>
    public TokenFault Fault { get; }

    private static string Describe(TokenFault fault) => fault switch
    {
        TokenFault.BadSignature => "has a signature that does not fit",
        _ => "is not a consistency token",
    };
}

/// <summary>The request header <c>Freshness-Minimum-Version</c> is not a version. Answered with 400.</summary>
public sealed class InvalidMinimumVersionException : FreshetException
{
    internal InvalidMinimumVersionException()
        : base($"The request header {FreshnessHeaders.MinimumVersion} is not a whole number from 0 to {long.MaxValue}. Send the version of the value you last saw, or leave the header out.")
    {
    }

    /// <inheritdoc/>
    public override string Code => "invalid-minimum-version";

    /// <inheritdoc/>
    public override bool IsCallerFault => true;
}

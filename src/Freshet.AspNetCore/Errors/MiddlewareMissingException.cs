namespace Freshet.AspNetCore;

/// <summary>An endpoint declares a user action, but <c>UseFreshet()</c> is not in the pipeline in front of it. Nothing was run.</summary>
public sealed class MiddlewareMissingException : FreshetException
{
    internal MiddlewareMissingException(string endpoint)
        : base($"'{endpoint}' is a user action, but the request did not pass UseFreshet(), so its answer could carry no token. Call app.UseFreshet() before the endpoints.") =>
        Endpoint = endpoint;

    /// <inheritdoc/>
    public override string Code => "middleware-missing";

    /// <summary>Method and pattern of the endpoint.</summary>
    public string Endpoint { get; }
}

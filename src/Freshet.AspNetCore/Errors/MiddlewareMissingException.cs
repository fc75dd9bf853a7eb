namespace Freshet.AspNetCore;

/// <summary>An endpoint declares a user action, is cached rendered, embeds an answer or is the stream, but <c>UseFreshet()</c> is not in the pipeline in front of it. Nothing was run.</summary>
public sealed class MiddlewareMissingException : FreshetException
{
    internal MiddlewareMissingException(string endpoint)
        : this(endpoint, $"'{endpoint}' is a user action, but the request did not pass UseFreshet(), so its answer could carry no token. Call app.UseFreshet() before the endpoints.")
    {
    }

    private MiddlewareMissingException(string endpoint, string message) : base(message) => Endpoint = endpoint;

    internal static MiddlewareMissingException BeforeOutputCache(string endpoint) => new(
        endpoint, $"'{endpoint}' is cached rendered, but the request did not pass UseFreshet(), so nobody would know what its page is made of. Call app.UseFreshet() before app.UseOutputCache().");

    internal static MiddlewareMissingException BeforeStream(string endpoint) => new(
        endpoint, $"'{endpoint}' is the stream, but the request did not pass UseFreshet(), which has the keys of its hashes. Call app.UseFreshet() before the endpoints.");

    internal static MiddlewareMissingException BeforePage(string endpoint) => new(
        endpoint, $"'{endpoint}' embeds an answer, but the request did not pass UseFreshet(), which has the keys of its hashes. Call app.UseFreshet() before the endpoints.");

    /// <inheritdoc/>
    public override string Code => "middleware-missing";

    /// <summary>Method and pattern of the endpoint.</summary>
    public string Endpoint { get; }
}

using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Messages of the HTTP side. Event ids 2000-2099. Names of endpoints, events and codes only: never a payload, a token or a key.</summary>
internal static partial class HttpMessages
{
    [LoggerMessage(2000, LogLevel.Information, "{Endpoint} was refused with {Status}, {Code}: {Reason}")]
    public static partial void Refused(this ILogger logger, string endpoint, int status, string code, string reason);

    [LoggerMessage(2001, LogLevel.Error, "{Endpoint} failed, {Code}.")]
    public static partial void Failed(this ILogger logger, Exception exception, string endpoint, string code);

    [LoggerMessage(2002, LogLevel.Information, "No Freshet:Http:SigningKeys are configured, so this process signs consistency tokens with a random key. Tokens of other processes, and of this one before a restart, are then only confirmed. Configure a key when there is more than one process: openssl rand -base64 32")]
    public static partial void RandomSigningKey(this ILogger logger);

    [LoggerMessage(2003, LogLevel.Information, "The cookie freshness-token was ignored and deleted ({Fault}): this application never gave it out. The answer is as fresh as its queries promise without a token.")]
    public static partial void CookieIgnored(this ILogger logger, TokenFault fault);

    [LoggerMessage(2004, LogLevel.Warning, "The answer of {Endpoint} had begun before its action ended, so it carries no consistency token, and may have left before its records were appended. Return a result instead of writing to the response. Said once per endpoint.")]
    public static partial void AnswerAlreadyStarted(this ILogger logger, string endpoint);

    [LoggerMessage(2005, LogLevel.Warning, "{Endpoint} declares {Event} and succeeded without raising it. Raise it where the write happens, or remove .Raises<{EventType}>() from the endpoint. Said once per endpoint and event.")]
    public static partial void DeclaredButNotRaised(this ILogger logger, string endpoint, string @event, string eventType);

    [LoggerMessage(2006, LogLevel.Warning, "{Endpoint} raised {Event} without declaring it, so catalogs, graphs and typed clients do not know. Add .Raises<{EventType}>() or [Raises<{EventType}>] to the endpoint. Said once per endpoint and event.")]
    public static partial void RaisedButNotDeclared(this ILogger logger, string endpoint, string @event, string eventType);

    [LoggerMessage(2008, LogLevel.Error, "{Endpoint} accepted an operation, and nothing answers how far it is, so the answer has no Location. Call app.MapOperations(). Said once per endpoint.")]
    public static partial void OperationsNotMapped(this ILogger logger, string endpoint);

    [LoggerMessage(2007, LogLevel.Error, "The event {Event} could not be written as JSON ({ErrorType}), so answers carry its name alone. Give {EventType} members that the application's JSON options can write.")]
    public static partial void EventNotWritable(this ILogger logger, string @event, string eventType, string errorType);
}

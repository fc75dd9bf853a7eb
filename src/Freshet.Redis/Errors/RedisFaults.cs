using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>What an error of Redis means for the log.</summary>
internal static class RedisFaults
{
    /// <summary>The error that says what to change; null when Redis is merely away, or nothing is known of this error.</summary>
    /// <remarks>The first word of an answer is its code. Before Redis 7 a script's error has it inside: "ERR Error running script ...: -READONLY You can't write".</remarks>
    public static RedisLogException? Of(Exception error) => error switch
    {
        RedisConnectionException when IsDenied(error) => RedisLogException.Denied(error),
        RedisServerException { Message: var text } =>
            Has(text, "NOAUTH") || Has(text, "WRONGPASS") || Has(text, "NOPERM") || Has(text, "The user executing the script can't") || Has(text, "invalid password") ? RedisLogException.Denied(error)
            : Has(text, "READONLY") ? RedisLogException.ReadOnly(error)
            : Has(text, "OOM") ? RedisLogException.Full(error)
            : Has(text, "FRESHETFORMAT") ? RedisLogException.NewerFormat(error)
            : Has(text, "FRESHETUNFIT") || Has(text, "unknown command") || Has(text, "Unknown Redis command") ? RedisLogException.Unfit(error)
            : null,
        _ => null,
    };

    /// <summary>Whether the server does not know the script: it was restarted, or is another one.</summary>
    public static bool IsUnknownScript(RedisServerException error) => error.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    // Why there is no connection stands in the error within.
    private static bool IsDenied(Exception? error) => error is not null
        && (error is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } || Has(error.Message, "NOAUTH") || Has(error.Message, "WRONGPASS") || IsDenied(error.InnerException));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}

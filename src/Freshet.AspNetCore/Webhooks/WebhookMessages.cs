using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Messages of webhooks. Event ids 2200-2249. Names of webhooks and of types only: never a body, a signature or a secret.</summary>
internal static partial class WebhookMessages
{
    [LoggerMessage(2200, LogLevel.Warning, "A delivery to the webhook '{Webhook}' was refused with {Status}: {Reason}. Nothing was claimed and nothing was run. If the provider really sent it, compare the secrets under Freshet:Webhooks:{Webhook}:Secrets with the provider's, and the clocks.")]
    public static partial void DeliveryRefused(this ILogger logger, string webhook, int status, string reason);

    [LoggerMessage(2201, LogLevel.Information, "A delivery of the type '{Type}' to the webhook '{Webhook}' was acknowledged and left alone: there is no handler for it. Add one with .On(\"{Type}\", ...), or subscribe to fewer types at the provider.")]
    public static partial void DeliveryUnhandled(this ILogger logger, string type, string webhook);

    [LoggerMessage(2202, LogLevel.Information, "A delivery of the type '{Type}' to the webhook '{Webhook}' had been worked off already, and was acknowledged.")]
    public static partial void DeliveryRepeated(this ILogger logger, string type, string webhook);

    [LoggerMessage(2203, LogLevel.Warning, "A delivery of the type '{Type}' to the webhook '{Webhook}' failed ({Reason}). The provider is answered with an error and delivers it again.")]
    public static partial void DeliveryFailed(this ILogger logger, string type, string webhook, string reason);

    [LoggerMessage(2204, LogLevel.Warning, "The handler of '{Type}' of the webhook '{Webhook}' ended without saving its claim, so a second delivery would do its work again. Save the outbox in the transaction of the write, with await freshet.SaveOutboxAsync(transaction), or say .WithoutClaims() if doing it twice is the same as once. Said once per type.")]
    public static partial void ClaimNotSaved(this ILogger logger, string type, string webhook);

    [LoggerMessage(2205, LogLevel.Error, "The settings of the webhook '{Webhook}' were changed to some that cannot be used, so those before stay: {Faults}")]
    public static partial void SettingsRefused(this ILogger logger, string webhook, string faults);
}

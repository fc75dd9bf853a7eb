namespace Freshet.AspNetCore;

/// <summary>A webhook's deliveries are to be claimed, and no outbox is registered that could keep the claims. The host does not start.</summary>
public sealed class WebhookOutboxMissingException : FreshetException
{
    internal WebhookOutboxMissingException(string webhook, string? type) : base(
        $"The webhook '{webhook}' claims its deliveries, so that each is worked off once, and there is no outbox to keep the claims. "
        + $"Register one with AddFreshet().UsePostgresOutbox(...) or UseSqliteOutbox(...), or say .WithoutClaims() on the handler of {(type is null ? "every type" : $"'{type}'")} if doing its work twice is the same as once.")
    {
        Webhook = webhook;
        Type = type;
    }

    /// <inheritdoc/>
    public override string Code => "webhook-outbox-missing";

    /// <summary>Name of the webhook.</summary>
    public string Webhook { get; }

    /// <summary>The type of delivery whose handler claims; null for the handler of every type.</summary>
    public string? Type { get; }
}

/// <summary>A webhook was mapped without saying what it does. The host does not start.</summary>
public sealed class WebhookWithoutHandlerException : FreshetException
{
    internal WebhookWithoutHandlerException(string webhook)
        : base($"The webhook '{webhook}' has no handler, so every delivery would be acknowledged and lost. Add one with .On(\"type\", handler) or .OnAny(handler).") => Webhook = webhook;

    /// <inheritdoc/>
    public override string Code => "webhook-without-handler";

    /// <summary>Name of the webhook.</summary>
    public string Webhook { get; }
}

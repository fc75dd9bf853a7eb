namespace Freshet.AspNetCore;

/// <summary>Endpoint metadata: the endpoint is a webhook, so it runs under its own trigger, whatever a group around it declares.</summary>
internal sealed record WebhookMetadata(WebhookEndpoint Webhook)
{
    public override string ToString() => $"Webhook {Webhook.Name}";
}

using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore;

/// <summary>Counts deliveries on the meter <c>Freshet</c>, by webhook.</summary>
internal sealed class WebhookMeter
{
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _refusals;

    public WebhookMeter(IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter("Freshet") : factory.Create("Freshet");
        _deliveries = meter.CreateCounter<long>("freshet.webhook.deliveries", "{delivery}", "Deliveries to webhooks, by webhook and outcome.");
        _refusals = meter.CreateCounter<long>("freshet.webhook.refusals", "{delivery}", "Deliveries that were refused, by webhook and reason.");
    }

    public void Note(string webhook, DeliveryOutcome outcome) => _deliveries.Add(1, Webhook(webhook), new("outcome", Kebab.Of(outcome)));

    /// <summary>Counts a refusal, as a delivery too.</summary>
    public void NoteRefused(string webhook, string reason)
    {
        Note(webhook, DeliveryOutcome.Refused);
        _refusals.Add(1, Webhook(webhook), new("reason", reason));
    }

    private static KeyValuePair<string, object?> Webhook(string name) => new("webhook", name);
}

/// <summary>What became of a delivery.</summary>
internal enum DeliveryOutcome
{
    /// <summary>A handler did its work.</summary>
    Handled,

    /// <summary>Its work had been done already.</summary>
    Repeated,

    /// <summary>There is no handler for its type.</summary>
    Unhandled,

    /// <summary>Its handler failed.</summary>
    Failed,

    /// <summary>It proves no origin, is too large, or cannot be read.</summary>
    Refused,
}

namespace Freshet.AspNetCore;

/// <summary>Settings of one webhook. Bound from the configuration section <c>Freshet:Webhooks:{name}</c>, then <c>services.Configure&lt;WebhookOptions&gt;(name, ...)</c>, then what <c>MapWebhook</c> is given.</summary>
/// <remarks>They are followed while the application runs: a secret that is added or taken out counts from the next delivery on. Settings that became unusable are refused, and those before them stay.</remarks>
public sealed class WebhookOptions
{
    /// <summary>Name of the configuration section that holds all of them, each by its name: <c>Freshet:Webhooks</c>.</summary>
    public const string Section = "Freshet:Webhooks";

    /// <summary>Fewest characters of a secret: 16.</summary>
    public const int MinimumSecretLength = 16;

    internal const int MostBodyBytesAllowed = 16 << 20;

    /// <summary>The secrets that a delivery may be signed with, as the provider shows them; their UTF-8 bytes are the key. At least one, each of <see cref="MinimumSecretLength"/> characters or more.</summary>
    /// <remarks>To replace one: add the new one here, switch the provider over, take the old one out a day later. The order does not matter.</remarks>
    public IList<string> Secrets { get; } = [];

    /// <summary>How far the time of signing may lie from this server's clock, before or after. Default: 5 minutes. At least 1 second, at most 1 day.</summary>
    /// <remarks>It bounds how long a delivery that somebody recorded can be sent again. One that was worked off is not worked off again, however young.</remarks>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most bytes of a body. Default: 256 KB (262,144). At least 1, at most 16 MB. A larger one is refused with 413 before its signature is looked at.</summary>
    public int MaxBodyBytes { get; set; } = 262_144;

    /// <summary>The request header that holds the signature. Default: <c>Webhook-Signature</c>.</summary>
    public string SignatureHeader { get; set; } = "Webhook-Signature";

    /// <summary>Where in the body the delivery's own id stands: names of members, separated by dots. Default: <c>id</c>. It is claimed, so that a delivery is worked off once; ids have at most 255 characters.</summary>
    public string EventIdPath { get; set; } = "id";

    /// <summary>Where in the body the type stands that chooses the handler. Default: <c>type</c>.</summary>
    public string EventTypePath { get; set; } = "type";
}

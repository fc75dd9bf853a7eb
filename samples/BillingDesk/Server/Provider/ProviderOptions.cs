using System.Globalization;
using System.Security.Cryptography;

namespace BillingDesk.Server;

/// <summary>The simulated provider, and the secret that it shares with the desk's webhook.</summary>
/// <param name="Delay">How long after a checkout it calls back.</param>
/// <param name="CallsBack">The desk's address; null for this process's own.</param>
/// <param name="Secret">What it signs with.</param>
internal sealed record ProviderOptions(TimeSpan Delay, Uri? CallsBack, string Secret)
{
    /// <summary>Name of the webhook, and with it of its options.</summary>
    public const string Webhook = "payments";

    private const string SecretKey = $"Freshet:Webhooks:{Webhook}:Secrets:0";
    private const string DelayKey = "BillingDesk:ProviderDelay";
    private const string CallsBackKey = "BillingDesk:ProviderCallsBack";

    /// <summary>Reads the options; where no secret is configured, the provider and the webhook agree on a random one for as long as the process lives.</summary>
    public static ProviderOptions From(IConfigurationManager configuration)
    {
        var delay = configuration[DelayKey] is not { } text ? TimeSpan.FromSeconds(1.5)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var set) && set >= TimeSpan.Zero ? set
            : throw new InvalidOperationException($"{DelayKey} is '{text}'. Write hours:minutes:seconds, such as 00:00:02.");
        configuration[SecretKey] ??= Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        return new(delay, configuration[CallsBackKey] is { } address ? new Uri(address) : null, configuration[SecretKey]!);
    }
}

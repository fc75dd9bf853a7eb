using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <remarks>What it needs of a started application.</remarks>
internal sealed partial class WebhookEndpoint
{
    /// <summary>What is known once the application has started.</summary>
    private sealed class Started
    {
        private readonly IOutbox[] _outboxes;

        public Started(WebhookEndpoint webhook, IServiceProvider services, Action<WebhookOptions>? configure)
        {
            Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Freshet.Webhooks");
            Time = services.GetRequiredService<TimeProvider>();
            _outboxes = [.. services.GetServices<IOutbox>()];
            if (!webhook.Handlers.Any()) throw new WebhookWithoutHandlerException(webhook.Name);
            if (_outboxes.Length == 0 && webhook.Handlers.FirstOrDefault(handler => handler.Claims) is { } claiming)
                throw new WebhookOutboxMissingException(webhook.Name, claiming.Type);
            Settings = new WebhookSettingsSource(webhook.Name, services, configure, Logger);
        }

        public ILogger Logger { get; }

        public TimeProvider Time { get; }

        public WebhookSettingsSource Settings { get; }

        public async ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken)
        {
            foreach (var outbox in _outboxes)
            {
                if (await outbox.IsClaimedAsync(claim, cancellationToken).ConfigureAwait(false)) return true;
            }
            return false;
        }
    }
}

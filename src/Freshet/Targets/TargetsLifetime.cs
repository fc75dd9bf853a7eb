using Microsoft.Extensions.Hosting;

namespace Freshet;

/// <summary>Starts the followers with the host, and lets targets have the last records before the host ends.</summary>
internal sealed class TargetsLifetime(IFreshet freshet, TargetFollowers followers) : IHostedService
{
    /// <summary>The application's Freshet, ready: resolving it makes and starts the targets.</summary>
    public IFreshet Freshet => freshet;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await followers.DrainAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

using Microsoft.Extensions.Hosting;

namespace Freshet;

/// <summary>Composes and checks the catalogs when the host starts, not when the first request comes: resolving <see cref="IFreshet"/> does it.</summary>
internal sealed class StartUp(IFreshet freshet) : IHostedService
{
    /// <summary>The application's Freshet, ready.</summary>
    public IFreshet Freshet => freshet;

    public Task StartAsync(CancellationToken cancellationToken) => (freshet.Log as SharedLog)?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => (freshet.Log as SharedLog)?.StopAsync().AsTask() ?? Task.CompletedTask;
}

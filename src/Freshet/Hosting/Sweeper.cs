using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Checks the catalog before the application starts, then returns the memory of what has died, now and then.</summary>
internal sealed class Sweeper(FreshetService freshet, FreshetOptions options, TimeProvider time, ILogger<Sweeper> logger) : IHostedService, IDisposable
{
    private ITimer? _timer;
    private long _positionAtLastSweep;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Sweep(), null, options.SweepInterval, options.SweepInterval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Removes dead entries, then forgets marks nobody uses that were set before the last sweep.</summary>
    /// <remarks>One interval of grace: a load that is running now may yet find a tag whose mark is young, and would be outdated for nothing.</remarks>
    internal void Sweep()
    {
        var now = freshet.Node.Clock.Now;
        var removed = 0;
        foreach (var runtime in freshet.Runtimes) removed += runtime.Sweep(now);
        var applied = freshet.Node.Applied;
        var forgotten = applied.Marks.Forget(_positionAtLastSweep);
        _positionAtLastSweep = applied.Position.Position;
        if (removed + forgotten > 0) logger.Swept(removed, forgotten);
    }
}

/// <summary>Messages of hosting. Event ids 1400-1499.</summary>
internal static partial class HostingMessages
{
    [LoggerMessage(1400, LogLevel.Debug, "Removed {Entries} entries past their time to live and forgot {Marks} unused marks.")]
    public static partial void Swept(this ILogger logger, int entries, int marks);
}

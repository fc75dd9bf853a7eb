using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Returns the memory of what has died, now and then.</summary>
internal sealed class Sweeper(
    FreshetService freshet, FreshetOptions options, TimeProvider time, ILogger<Sweeper> logger, Func<MemoryReading>? memory = null,
    FreshnessWarnings? warnings = null) : IDisposable
{
    private readonly Lock _sweeping = new();
    private readonly PressureRelief _relief = new(freshet.Store, memory ?? MemoryReading.Now);
    private ITimer? _timer;
    private LogPosition _atLastSweep;

    public void Start()
    {
        if (_timer is not null) return;
        // Not with the surroundings of whoever asked for Freshet first: a request may be, and would live and be logged with for good.
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(_ => Sweep(), null, options.SweepInterval, options.SweepInterval);
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Removes dead entries, then forgets marks that nobody uses and that are older than the last sweep and every running load.</summary>
    /// <remarks>A load that is running may yet find a tag whose mark is younger than the load, and would be outdated for nothing, each time (PROTOCOL 12).</remarks>
    internal void Sweep()
    {
        // A sweep that takes longer than its interval must not meet the next one: two would halve the interval of grace.
        if (!_sweeping.TryEnter()) return;
        try
        {
            SweepLocked();
        }
        finally
        {
            _sweeping.Exit();
        }
    }

    private void SweepLocked()
    {
        var now = freshet.Node.Clock.Now;
        var removed = 0;
        foreach (var runtime in freshet.Runtimes) removed += runtime.Sweep(now);
        removed += freshet.Outputs.Sweep(now);
        var relieved = _relief.Relieve();
        if (relieved > 0) logger.Relieved(relieved);
        var applied = freshet.Node.Applied;
        var settled = applied.Position.Epoch == _atLastSweep.Epoch ? _atLastSweep.Position : 0; // another log's number says nothing of this one
        var forgotten = applied.Marks.Forget(Math.Min(settled, freshet.Node.Running.Lowest));
        _atLastSweep = applied.Position;
        if (removed + forgotten > 0) logger.Swept(removed, forgotten);
        warnings?.Check();
    }
}

/// <summary>Messages of hosting. Event ids 1400-1499.</summary>
internal static partial class HostingMessages
{
    [LoggerMessage(1400, LogLevel.Debug, "Removed {Entries} entries past their time to live and forgot {Marks} unused marks.")]
    public static partial void Swept(this ILogger logger, int entries, int marks);

    [LoggerMessage(1401, LogLevel.Warning, "Memory is scarce: evicted {Entries} entries. Give the process more memory, or set Freshet:MaxBytes lower so that the cache leaves room before it comes to this.")]
    public static partial void Relieved(this ILogger logger, int entries);
}

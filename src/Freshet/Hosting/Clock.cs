namespace Freshet;

/// <summary>Milliseconds that only go forward, for times to live and deadlines. Never for ordering: that is the log's position.</summary>
/// <remarks>
/// A hit reads the clock, so it must be cheap. The operating system's coarse tick (<c>Environment.TickCount64</c>) costs a
/// fraction of a high-resolution timestamp and is off by one tick at most, a few milliseconds, which no time to live notices.
/// Any other <see cref="TimeProvider"/>, such as a test's, is asked for its own timestamp.
/// </remarks>
internal sealed class Clock(TimeProvider time)
{
    private readonly bool _isSystem = ReferenceEquals(time, TimeProvider.System);
    private readonly long _start = time.GetTimestamp();

#pragma warning disable RS0030 // The one place where the system's tick is read.
    public long Now => _isSystem ? Environment.TickCount64 : (long)time.GetElapsedTime(_start).TotalMilliseconds;
#pragma warning restore RS0030

    public DateTimeOffset UtcNow => time.GetUtcNow();

    /// <summary>Milliseconds of the machine's wall clock: to notice that it was suspended, nothing else.</summary>
    public long WallNow => time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMillisecond;

    public TimeProvider Time => time;
}

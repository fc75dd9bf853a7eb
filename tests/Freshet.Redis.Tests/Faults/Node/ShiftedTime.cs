namespace Freshet.Redis.Tests.Faults;

/// <summary>The machine's time with a wall clock that is off, and may be set while the node runs.</summary>
internal sealed class ShiftedTime(TimeSpan off) : TimeProvider
{
    private long _ticks = off.Ticks;

    public TimeSpan Off
    {
        set => Volatile.Write(ref _ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ticks));
}

namespace Freshet;

/// <summary>Delays between attempts: each twice the one before, up to a limit.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan most)
{
    private TimeSpan? _last;

    public TimeSpan Next()
    {
        var delay = _last is { } last ? TimeSpan.FromTicks(Math.Min(last.Ticks * 2, most.Ticks)) : first;
        _last = delay;
        return delay;
    }

    public void StartOver() => _last = null;
}

namespace Freshet;

/// <summary>When an outdated output may next be rendered in the background: one render at a time, and after failures at growing distances.</summary>
internal sealed class RenewalPlan
{
    /// <summary>Distance after the first failure, in milliseconds. It doubles with each.</summary>
    internal const long FirstDelay = 1_000;

    /// <summary>The longest distance: a page whose render fails for hours is tried once a minute.</summary>
    internal const long LongestDelay = 60_000;

    private readonly Lock _gate = new();
    private bool _running;
    private int _failures;
    private long _nextAt = long.MinValue;

    /// <summary>Claims the render. Whoever is given it calls one of the others afterwards, whatever happens.</summary>
    public bool TryBegin(long now)
    {
        lock (_gate)
        {
            if (_running || now < _nextAt) return false;
            return _running = true;
        }
    }

    /// <summary>Gives the claim back: the render did not begin, or was done.</summary>
    public void End()
    {
        lock (_gate) _running = false;
    }

    /// <summary>Notes a failure.</summary>
    /// <returns>How many there were in a row, and how long nothing is tried, in milliseconds.</returns>
    public (int Failures, long Delay) MarkFailed(long now)
    {
        lock (_gate)
        {
            _running = false;
            _failures++;
            var delay = Math.Min(LongestDelay, FirstDelay << Math.Min(_failures - 1, 16));
            _nextAt = now + delay;
            return (_failures, delay);
        }
    }
}

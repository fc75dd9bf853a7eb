namespace Freshet;

/// <summary>Leaves a second level alone for a while that keeps failing, so that an outage costs a few reads their wait and the others none.</summary>
/// <remarks>After each pause one call goes through to see; the others are skipped until it is back.</remarks>
internal sealed class SecondLevelCircuit(int failuresBeforePause, TimeSpan pause)
{
    private readonly Lock _gate = new();
    private readonly long _pause = (long)pause.TotalMilliseconds;
    private int _failures; // in a row
    private long? _pausedUntil;
    private bool _probing;

    /// <summary>Whether calls are skipped at a time, but for the one that looks.</summary>
    public bool IsPaused
    {
        get
        {
            lock (_gate) return _pausedUntil is not null;
        }
    }

    /// <summary>Whether a call may be made. Each that may ends with one of the other methods.</summary>
    public bool TryEnter(long now, out bool isProbe)
    {
        isProbe = false;
        lock (_gate)
        {
            if (_pausedUntil is not { } until) return true;
            if (now < until || _probing) return false;
            return isProbe = _probing = true;
        }
    }

    public void NoteSuccess()
    {
        lock (_gate)
        {
            _failures = 0;
            _pausedUntil = null;
            _probing = false;
        }
    }

    public void NoteFailure(long now, bool isProbe)
    {
        lock (_gate)
        {
            if (isProbe) _probing = false;
            else if (_pausedUntil is not null || ++_failures < failuresBeforePause) return; // begun before the pause: it says nothing new
            _pausedUntil = now + _pause;
        }
    }

    /// <summary>The caller has stopped waiting for reasons of its own.</summary>
    public void NoteAbandoned(bool isProbe)
    {
        if (!isProbe) return;
        lock (_gate) _probing = false;
    }
}

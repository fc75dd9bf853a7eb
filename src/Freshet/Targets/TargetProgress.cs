namespace Freshet;

/// <summary>How far a target has come, and whether it is worth waiting for.</summary>
internal sealed class TargetProgress(long position)
{
    private readonly Lock _gate = new();
    private readonly List<(long Position, TaskCompletionSource<bool> Reached)> _waiting = []; // guarded by _gate
    private long _position = position; // written under _gate
    private bool _keepsPace = true;    // guarded by _gate

    /// <summary>Position of the last record that was applied, observed or given up.</summary>
    public long Position => Volatile.Read(ref _position);

    public bool KeepsPace
    {
        get
        {
            lock (_gate) return _keepsPace;
        }
    }

    /// <summary>True once the position is reached; false as soon as the target is known to be behind.</summary>
    public Task<bool> WhenReached(long position)
    {
        lock (_gate)
        {
            if (_position >= position) return Task.FromResult(true);
            if (!_keepsPace) return Task.FromResult(false);
            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((position, reached));
            return reached.Task;
        }
    }

    public void MoveTo(long position)
    {
        lock (_gate)
        {
            Volatile.Write(ref _position, position);
            ReleaseLocked(upTo: position, reached: true);
        }
    }

    /// <summary>The target is slow or fails: nobody waits for it until it has caught up.</summary>
    /// <returns>Whether it kept pace until now.</returns>
    public bool FallBehind()
    {
        lock (_gate)
        {
            var kept = _keepsPace;
            _keepsPace = false;
            ReleaseLocked(upTo: long.MaxValue, reached: false);
            return kept;
        }
    }

    public void CatchUp()
    {
        lock (_gate) _keepsPace = true;
    }

    private void ReleaseLocked(long upTo, bool reached)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].Position > upTo) continue;
            _waiting[i].Reached.SetResult(reached);
            _waiting.RemoveAt(i);
        }
    }
}

namespace Freshet;

/// <summary>How far a target has come, and whether it is worth waiting for.</summary>
internal sealed class TargetProgress(LogPosition position)
{
    private readonly Lock _gate = new();
    private readonly List<(LogPosition Position, TaskCompletionSource<bool> Reached)> _waiting = []; // guarded by _gate
    private LogPosition _position = position; // guarded by _gate
    private bool _keepsPace = true;    // guarded by _gate

    /// <summary>Position of the last record that was applied, observed or given up.</summary>
    public long Position
    {
        get
        {
            lock (_gate) return _position.Position;
        }
    }

    public bool KeepsPace
    {
        get
        {
            lock (_gate) return _keepsPace;
        }
    }

    /// <summary>True once the position is reached; false as soon as the target is known to be behind. Numbers of another log say nothing of this one's.</summary>
    public Task<bool> WhenReached(LogPosition position)
    {
        lock (_gate)
        {
            if (IsReachedLocked(position)) return Task.FromResult(true);
            if (!_keepsPace) return Task.FromResult(false);
            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((position, reached));
            return reached.Task;
        }
    }

    public void MoveTo(LogPosition position)
    {
        lock (_gate)
        {
            _position = position;
            ReleaseLocked(IsReachedLocked, reached: true);
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
            ReleaseLocked(_ => true, reached: false);
            return kept;
        }
    }

    public void CatchUp()
    {
        lock (_gate) _keepsPace = true;
    }

    private bool IsReachedLocked(LogPosition position) => _position.Epoch == position.Epoch && _position.Position >= position.Position;

    private void ReleaseLocked(Func<LogPosition, bool> isMeant, bool reached)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (!isMeant(_waiting[i].Position)) continue;
            _waiting[i].Reached.SetResult(reached);
            _waiting.RemoveAt(i);
        }
    }
}

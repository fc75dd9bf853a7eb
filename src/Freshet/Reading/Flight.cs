using System.Diagnostics;

namespace Freshet;

/// <summary>One load of one key, and those who wait for it. How it runs, and how it ends, is in <see cref="Flight{TArgs, TValue}"/>'s other files.</summary>
/// <remarks>
/// Whoever stops waiting leaves; when the last one has left, nobody wants the value and the load is cancelled. A load ends once:
/// with its value, with its failure, or because its time is up; whoever comes second finds it ended and changes nothing.
/// </remarks>
#pragma warning disable CA1001 // The cancellation source is disposed when the loader returns, which is the flight's own end.
internal sealed partial class Flight<TArgs, TValue> : RunningLoad where TArgs : notnull
#pragma warning restore CA1001
{
    private readonly QueryRuntime<TArgs, TValue> _runtime;
    private readonly TArgs _args;
    private readonly IReadOnlyList<Tag> _tags;
    private readonly Entry<TValue>? _replaces; // for a load in the background: what it is to replace
    private readonly LoadContext _context;
    private Answers<TValue> _answers; // mutable: never copied

    // All guarded by the query's gate.
    private LeastVersion _minimumVersion; // the highest that a reader asks for
    private int _waiters = 1;      // the starter counts, so a background load is never abandoned; 0 means abandoned
    private int _silent;           // how many of them would not hear of a failure
    private volatile bool _ended;  // also read without the gate, by whoever clears the queue
    private bool _hasTurn;         // one of its own at the source: not in a batch

    private long _expiresAt;
    private BatchLoad<TArgs, TValue>? _batch;
    private Activity? _activity;

    public Flight(QueryRuntime<TArgs, TValue> runtime, TArgs args, IReadOnlyList<Tag> tags, in Need need, bool isShared, Entry<TValue>? replaces = null)
    {
        _runtime = runtime;
        _args = args;
        _tags = tags;
        _minimumVersion = new(need.MinimumVersion);
        _context = new LoadContext(runtime, args, need.Load, isBypass: !isShared) { FromSource = need.FromSource };
        _replaces = replaces;
        _silent = replaces is null ? 0 : 1; // nobody waits for a load in the background
    }

    public TArgs Args => _args;

    /// <summary>What the loader is told and tells, once it has begun.</summary>
    public LoadContext Context => _context;

    /// <summary>Whether others may join, and the result may be stored.</summary>
    public bool IsShared => !_context.IsBypass;

    /// <summary>The highest version a reader asks for: a value below it answers, but is not stored.</summary>
    public long? MinimumVersionLocked => _minimumVersion.Value;

    /// <summary>Whether a failure would reach nobody though somebody wanted the value: then it is logged. One that everybody has left was cancelled.</summary>
    public bool IsUnheardLocked => _waiters > 0 && _waiters <= _silent;

    public bool HasEnded => _ended;

    /// <summary>Ends what its loader may still say, and gives its marks back. Once it has ended.</summary>
    public void LetGo()
    {
        if (!_context.HasBegun) return;
        _context.End();
        _context.ReleaseMarks();
    }

    /// <summary>Whether a read may join: the load has begun late enough, was told of the version the reader needs, and is not outdated now for the tags known so far (R2).</summary>
    /// <remarks>One that still waits for its turn captures its position later than now, so it suits everyone.</remarks>
    public bool CanBeJoinedLocked(AppliedPosition now, in Need need)
    {
        if (_waiters == 0 || _ended) return false;
        if (!_context.HasBegun) return true;
        if (need.FromSource) return false;
        var loaded = _context.Captured.Position;
        return _expiresAt > _runtime.Clock.Now // a load that hangs must not hand out what it read hours ago (R5)
            // A table is of one epoch, and new when records were missed for good: what this load's marks were never told of, it may have read.
            && ReferenceEquals(_context.Captured.Marks, now.Marks)
            && loaded.Position >= need.RequiredPosition
            && !_runtime.WasFlushed(_context.Captured)
            && (need.MinimumVersion is null || _context.MinimumVersion >= need.MinimumVersion)
            && !Entry.InvalidatedAfterLoad(loaded.Position, _context.Marks);
    }

    public void JoinLocked(in Need need)
    {
        _waiters++;
        if (_context.HasBegun) return;
        _minimumVersion = new(Need.Higher(_minimumVersion.Value, need.MinimumVersion));
        _context.FromSource |= need.FromSource;
    }

    /// <summary>Gives its turn at the source back, once. Advance the turns when the gate is free.</summary>
    public void ReturnTurnLocked()
    {
        if (!_hasTurn) return;
        _hasTurn = false;
        _runtime.Turns.LeaveLocked();
    }

    /// <summary>Takes the right to end the load; the rest of its end is the query's. False when it has ended already.</summary>
    public bool TryEndLocked()
    {
        if (_ended) return false;
        return _ended = true;
    }

    /// <summary>The load's result, if it has ended well.</summary>
    public bool TryGetLanded(out Landed<TValue> landed) => _answers.TryGet(out landed);

    /// <summary>Waits for the load's result. Cancelling ends this wait only.</summary>
    /// <param name="isStarter">Whether this reader started the load.</param>
    /// <param name="cancellationToken">The reader's own.</param>
    public Task<Landed<TValue>> WaitAsync(bool isStarter, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? WaitOrLeaveAsync(_answers.WaitAsync(isStarter), cancellationToken) : _answers.WaitAsync(isStarter);

    private async Task<Landed<TValue>> WaitOrLeaveAsync(Task<Landed<TValue>> ended, CancellationToken cancellationToken)
    {
        try
        {
            return await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !ended.IsCompleted)
        {
            Leave();
            throw;
        }
    }

    /// <summary>Tells the trace of a reader that waited which load it waited for.</summary>
    public void LinkReader() => LoadActivity.LinkReader(_activity ?? _batch?.Activity);

    /// <summary>Waits as well, but no longer than a limit.</summary>
    /// <returns>Whether the load has ended.</returns>
    public async ValueTask<bool> WaitAsync(bool isStarter, TimeSpan limit, CancellationToken cancellationToken)
    {
        Task ended = _answers.WaitAsync(isStarter);
        await ended.WaitAsync(limit, _runtime.Clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ended.IsCompleted) return true;
        if (!cancellationToken.IsCancellationRequested) return false;
        Leave();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Stops listening, and leaves the load running for those who come later.</summary>
    public void GoOnWithout()
    {
        lock (_runtime.Gate) _silent++;
    }

    private void Leave()
    {
        var neverBegins = false;
        lock (_runtime.Gate)
        {
            if (--_waiters > 0) return;
            if (_context.HasBegun) _runtime.ForgetLocked(this);
            else neverBegins = _runtime.TryEndLocked(this);
        }
        if (neverBegins) LoadActivity.End(_activity, _runtime, LoadOutcome.Failed, new OperationCanceledException());
        Cancel();
    }
}

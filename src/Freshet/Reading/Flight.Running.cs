using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <remarks>
/// Runs with nothing of its starter's surroundings, not its transaction, not its request, not its cancellation: on the thread pool, or
/// on the starter's own thread where <see cref="ReadersThread"/> says so, with a flow of its own (<see cref="LoadFlow"/>).
/// </remarks>
internal sealed partial class Flight<TArgs, TValue> : ISourceLoad, IThreadPoolWorkItem, IFlowingLoad
{
    private readonly CancellationTokenSource _cancellation = new();
    private LoadTiming _timing;
    private Task<TValue>? _loading;   // what the loader returned, when it was not at its end
    private ExecutionContext? _flow;  // what surrounded it

    /// <summary>Begins if a turn at the source is free, else queues. A full queue ends the load at once.</summary>
    /// <param name="here">Whether it may begin on this thread.</param>
    public void Start(bool here = false)
    {
        _activity = LoadActivity.Start(_runtime, !IsShared ? LoadReason.Bypass : _replaces is not null ? LoadReason.Refresh : LoadReason.Miss);
        if (_context.HasBegun)
        {
            if (here && !AsksSecondLevel) LoadFlow.BeginHere(this);
            else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
        AwaitTurn();
        if (!_runtime.Turns.TryQueue(this))
        {
            TimeOut();
            return;
        }
        _runtime.Turns.Advance(); // the last turn may have ended before this one was queued
    }

    /// <summary>Waits for its turn from now on, for no longer than a load may take.</summary>
    public void AwaitTurn()
    {
        Deadline = _runtime.Clock.Now + QueryRuntime<TArgs, TValue>.Milliseconds(_runtime.Policy.LoadTimeout);
        _runtime.UnderWay.Enter(this);
        _runtime.Counters.NoteQueued();
    }

    /// <summary>Its turn has come: captures the position, before the loader's scope, connection or snapshot opens (PROTOCOL 1).</summary>
    public void BeginLocked(BatchLoad<TArgs, TValue>? batch = null)
    {
        _batch = batch;
        var now = _runtime.Clock.Now;
        _expiresAt = now + _runtime.JitteredTimeToLive(); // from the capture, not from the end of the load (PROTOCOL 4)
        var minimum = Need.Higher(_minimumVersion.Value, _runtime.FloorOf(_args, _tags));
        var applied = _runtime.Node.Applied;
        _context.Begin(applied, _runtime.AcquireLocked(applied.Marks, _tags), minimum, now);
        CapturedPosition = _context.Captured.Position.Position;
        Deadline = now + QueryRuntime<TArgs, TValue>.Milliseconds(_runtime.Policy.LoadTimeout);
        if (!IsListed) _runtime.UnderWay.EnterLocked(this);
        _hasTurn = batch is null; // last: a load that could not begin has none
    }

    /// <summary>Begins unless everybody has left, or waited too long.</summary>
    public bool TryBeginLocked(BatchLoad<TArgs, TValue>? batch = null)
    {
        if (_ended || _waiters == 0) return false;
        BeginLocked(batch);
        return true;
    }

    bool ISourceLoad.IsWanted => !HasEnded;

    bool ISourceLoad.TryBegin()
    {
        lock (_runtime.Gate)
        {
            if (!TryBeginLocked()) return false;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (AsksSecondLevel) _ = AskSecondLevelAsync();
        else LoadFlow.Begin(this);
    }

    // No asynchronous method: its state, with a task of its own, would cost a load that does not complete at once 100 bytes more; and what
    // is done between the loader's first wait and the return to the reader's caller decides how often another thread, woken for the
    // loader, is faster than this one, and brings all that the load has touched into its own processor's caches.
    void IFlowingLoad.Begin()
    {
        Ambient.EnterLoad(Context);
        LoadActivity.Enter(_activity, CapturedPosition);
        _timing = LoadTiming.Start(_runtime);
        Task<TValue> loading;
        try
        {
            loading = CallLoaderAsync();
            if (!loading.IsCompleted)
            {
                (_loading, _flow) = (loading, ExecutionContext.Capture());
                loading.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(GoOn);
                return;
            }
        }
#pragma warning disable CA1031 // Whatever the loader throws belongs to those who wait, or to the log when nobody does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            loading = Task.FromException<TValue>(error);
        }
        TakeIn(loading);
    }

    // On whatever thread the loader has ended, with whatever flows there.
    private void GoOn() => LoadFlow.GoOn(_flow, this);

    void IFlowingLoad.GoOn() => TakeIn(_loading!);

    private void TakeIn(Task<TValue> loaded)
    {
        TValue value;
        try
        {
            value = loaded.GetAwaiter().GetResult();
            if (_runtime.Lags(this, value, attempt: 0))
            {
                _ = LoadAgainAsync();
                return;
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            End(default!, error);
            return;
        }
        End(value, failure: null);
    }

    /// <summary>Asks again while the value is below a version that was served before, or that a reader needs.</summary>
    private async Task LoadAgainAsync()
    {
        TValue? value = default;
        Exception? failure = null;
        try
        {
            var attempt = 0;
            do
            {
                await Task.Delay(LagPauses.After(attempt), _runtime.Clock.Time, _cancellation.Token).ConfigureAwait(false);
                value = await CallLoaderAsync().ConfigureAwait(false);
            }
            while (_runtime.Lags(this, value, ++attempt));
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }
        End(value!, failure);
    }

    private Task<TValue> CallLoaderAsync()
    {
        _cancellation.Token.ThrowIfCancellationRequested(); // abandoned while it was queued, or between two calls: spare the source
        return _runtime.NeedsServices ? LoadInScopeAsync() : _runtime.Loader(EmptyServices.Instance, _args, Context, _cancellation.Token);
    }

    private void End(TValue value, Exception? failure)
    {
        Context.LeaveFlow();
        var took = _timing.Elapsed(_runtime);
        _cancellation.Dispose();
        if (failure is null)
        {
            Succeed(value, took);
        }
        else
        {
            ReturnTurn(); // before anyone is told: who tries again at once finds it free
            Fail(failure, took);
        }
        _loadLock?.Release(); // nothing was stored: the next node may try at once
    }

    private async Task<TValue> LoadInScopeAsync()
    {
        var scope = _runtime.Services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        await _runtime.InitializeAsync(scope.ServiceProvider, _args, _cancellation.Token).ConfigureAwait(false);
        return await _runtime.Loader(scope.ServiceProvider, _args, Context, _cancellation.Token).ConfigureAwait(false);
    }

    private void ReturnTurn()
    {
        lock (_runtime.Gate) ReturnTurnLocked();
        _runtime.Turns.Advance();
    }

    /// <summary>Takes the loader's value in, and answers everyone who waits.</summary>
    public void Succeed(TValue value, TimeSpan took, bool isCounted = false)
    {
        Context.End();
        Landed<TValue>? landed;
        Entry<TValue>? outdated;
        Entry<TArgs, TValue> entry;
        bool mayStore;
        try
        {
            landed = _runtime.Land(this, entry = MakeEntry(value, took), isCounted, out outdated, out mayStore);
        }
#pragma warning disable CA1031 // The query's own code read the value's version or size and threw: that fails the load.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ReturnTurn();
            Fail(error, took, isCounted);
            return;
        }
        _runtime.Turns.Advance();
        if (landed is not { } result)
        {
            if (!IsPromoted) _runtime.NoteLate(took, error: null);
            return;
        }
        if (!isCounted) _runtime.Counters.ReportLoaded(took);
        LoadActivity.End(_activity, _runtime, IsPromoted ? LoadOutcome.SecondLevel : LoadOutcome.Loaded);
        _answers.Give(result);
        if (mayStore) Share(entry, took);
        if (outdated is null)
        {
            _answers.TellStarter();
            return;
        }
        TellStarterElsewhere();
        // Runs the value's own equality, so only now that everybody has an answer.
        _runtime.Counters.NoteReplaced(outdated.Value, value);
    }

    /// <summary>Hands a failure to everyone who waits.</summary>
    public void Fail(Exception error, TimeSpan took, bool isCounted = false)
    {
        if (!_runtime.TryEnd(this, out var isUnheard))
        {
            _runtime.NoteLate(took, error);
            return;
        }
        if (!isCounted) _runtime.Counters.NoteFailed(took);
        EndWith(error, LoadOutcome.Failed, isUnheard);
    }

    /// <summary>Its time is up, at the source or in the queue. What the loader returns later is dropped: it may return never, and marks must not be held that long.</summary>
    public override void TimeOut()
    {
        if (!_runtime.TryEnd(this, out var isUnheard)) return;
        if (!_context.HasBegun)
        {
            _runtime.Counters.NoteRejected();
            EndWith(new LoadRejectedException(_runtime.Name, _runtime.Turns.Running, _runtime.Policy.MaxConcurrentLoads), LoadOutcome.Rejected, isUnheard);
        }
        else
        {
            _runtime.Counters.NoteTimedOut(_runtime.Policy.LoadTimeout);
            EndWith(new LoadTimeoutException(_runtime.Name, _runtime.Policy.LoadTimeout), LoadOutcome.TimedOut, isUnheard);
        }
        Cancel();
    }

    /// <inheritdoc/>
    public void Abort(Exception error) => Fail(error, TimeSpan.Zero);

    /// <summary>Answers everyone who waits. What may throw comes last: it must keep nobody waiting.</summary>
    private void EndWith(Exception error, string outcome, bool isUnheard)
    {
        LoadActivity.End(_activity, _runtime, outcome, error);
        _answers.Give(error);
        TellStarterElsewhere();
        if (isUnheard) _runtime.NoteUnheard(_args, _replaces, error);
    }

    // What follows must not wait until the reader has used its answer: the value's equality, the next load whose time is up.
    private void TellStarterElsewhere()
    {
        if (_answers.StarterWaits) ThreadPool.UnsafeQueueUserWorkItem(static flight => flight._answers.TellStarter(), this, preferLocal: false);
    }

    private Entry<TArgs, TValue> MakeEntry(TValue value, TimeSpan took)
    {
        var expiresAt = Math.Min(_expiresAt, Context.LivesUntil);
        return new Entry<TArgs, TValue>(_runtime.Kept(_args), value, Context.Captured, Context.Marks, Context.CapturedAt, expiresAt, _runtime.Query.VersionOf(value), Context.IsCacheable)
        {
            RefreshAt = _runtime.Policy.EarlyRefresh && !EarlyRefresh.IsTooShort(took) ? EarlyRefresh.At(Context.CapturedAt, expiresAt, took, Random.Shared.NextDouble()) : expiresAt,
        };
    }

    private void Cancel()
    {
        if (_batch is { } batch) batch.NoteUnwanted();
        else _ = LoadCancellation.CancelAsync(_cancellation, _runtime.CancellationFailed);
    }
}

/// <summary>The services of a loader that asks for none.</summary>
internal sealed class EmptyServices : IServiceProvider
{
    public static readonly EmptyServices Instance = new();

    public object? GetService(Type serviceType) => null;
}

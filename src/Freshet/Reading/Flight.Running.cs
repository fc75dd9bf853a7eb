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

    private async Task<TValue> LoadInScopeAsync()
    {
        var scope = _runtime.Services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        await _runtime.InitializeAsync(scope.ServiceProvider, _args, _cancellation.Token).ConfigureAwait(false);
        return await _runtime.Loader(scope.ServiceProvider, _args, Context, _cancellation.Token).ConfigureAwait(false);
    }
}

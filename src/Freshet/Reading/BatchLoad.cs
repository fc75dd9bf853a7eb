using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>One loader call for many keys. Each key has a flight of its own, which single reads of that key join as ever.</summary>
#pragma warning disable CA1001 // The cancellation source is disposed when the loader returns.
internal sealed class BatchLoad<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, IReadOnlyList<Flight<TArgs, TValue>> asked)
    : ISourceLoad, IThreadPoolWorkItem where TArgs : notnull
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _cancellation = new();
    private List<Flight<TArgs, TValue>> _flights = [];
    private readonly Dictionary<Flight<TArgs, TValue>, TValue> _loaded = [];
    private readonly Dictionary<Flight<TArgs, TValue>, Exception> _failed = [];
    private BatchFindings? _found;
    private int _wanted;

    /// <summary>The one activity of the call; null when nobody traces.</summary>
    public Activity? Activity { get; private set; }

    /// <summary>Begins with the turn it was given, or queues for one. A full queue ends all of them at once.</summary>
    public void Start(bool hasTurn)
    {
        Activity = LoadActivity.Start(runtime, LoadReason.Miss, asked.Count);
        if (hasTurn)
        {
            runtime.Turns.Begin(this);
            return;
        }
        foreach (var flight in asked) flight.AwaitTurn();
        if (!runtime.Turns.TryQueue(this))
        {
            foreach (var flight in asked) flight.TimeOut();
            return;
        }
        runtime.Turns.Advance(); // the last turn may have ended before this one was queued
    }

    public bool TryBegin()
    {
        lock (runtime.Gate)
        {
            // Who has left while it was queued needs nothing any more.
            _flights = [.. asked.Where(flight => flight.TryBeginLocked(this))];
            _wanted = _flights.Count;
        }
        if (_flights.Count == 0) return false;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>One key is not wanted any more; when none is, the load is cancelled.</summary>
    public void NoteUnwanted()
    {
        if (Interlocked.Decrement(ref _wanted) == 0) _ = LoadCancellation.CancelAsync(_cancellation, runtime.CancellationFailed);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    public bool IsWanted => !asked.All(flight => flight.HasEnded);

    public void Abort(Exception error)
    {
        foreach (var flight in asked) flight.Abort(error);
    }

    private async Task RunAsync()
    {
        var contexts = _flights.ConvertAll(flight => flight.Context);
        _found = new BatchFindings(contexts);
        foreach (var context in contexts) context.Batch = _found;
        // Whatever the loader reads in turn belongs to every key of the batch.
        Ambient.EnterLoad(contexts[0]);
        LoadActivity.Enter(Activity, _flights[0].CapturedPosition);
        var timing = LoadTiming.Start(runtime);
        Exception? failure = null;
        try
        {
            await LoadAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the loader throws belongs to those who wait, or to the log when nobody does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }
        contexts[0].LeaveFlow();
        runtime.Turns.Leave(); // once, and before landing: whatever goes wrong there, the loader has returned
        var took = timing.Elapsed(runtime);
        if (failure is null)
        {
            lock (runtime.Gate) runtime.Counters.NoteLoadedLocked();
            runtime.Counters.ReportLoaded(took);
        }
        else
        {
            runtime.Counters.NoteFailed(took);
        }
        LoadActivity.End(Activity, runtime, failure is null ? LoadOutcome.Loaded : LoadOutcome.Failed, failure);
        _cancellation.Dispose();
        foreach (var flight in _flights) Land(flight, failure, took); // last: whoever asked for all of them goes on where the last one lands
    }

    private void Land(Flight<TArgs, TValue> flight, Exception? failure, TimeSpan took)
    {
        if (failure is null && _loaded.TryGetValue(flight, out var value)) flight.Succeed(value, took, isCounted: true);
        else flight.Fail(failure ?? _failed[flight], took, isCounted: true);
    }

    /// <summary>Loads all keys, and once more those whose value is below a version that was served before, or that a reader needs.</summary>
    private async Task LoadAsync()
    {
        var missing = _flights;
        for (var attempt = 0; ; attempt++)
        {
            var values = await LoadOnceAsync(missing).ConfigureAwait(false);
            var lagging = new List<Flight<TArgs, TValue>>();
            foreach (var flight in missing)
            {
                var value = values[flight.Args];
                try
                {
                    if (runtime.Lags(flight, value, attempt)) lagging.Add(flight);
                    else _loaded[flight] = value;
                }
                catch (LaggingSourceException lags)
                {
                    _failed[flight] = lags; // this key's own: the others have what they need
                }
            }
            if (lagging.Count == 0) break;
            missing = lagging;
            await Task.Delay(LagPauses.After(attempt), runtime.Clock.Time, _cancellation.Token).ConfigureAwait(false);
        }
        _found!.AddToAll();
    }

    private async Task<Dictionary<TArgs, TValue>> LoadOnceAsync(List<Flight<TArgs, TValue>> flights)
    {
        var scope = runtime.Services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        var contexts = new BatchContext<TArgs>(flights.Select(flight => KeyValuePair.Create(flight.Args, flight.Context)));
        var loaded = await runtime.Query.BatchLoader!(scope.ServiceProvider, flights.ConvertAll(flight => flight.Args), contexts, _cancellation.Token).ConfigureAwait(false);

        var values = new Dictionary<TArgs, TValue>(flights.Count);
        foreach (var flight in flights)
        {
            if (loaded.TryGetValue(flight.Args, out var value)) values[flight.Args] = value;
        }
        // All or nothing: a loader that loses rows may have mixed them up as well.
        return values.Count == flights.Count ? values : throw new IncompleteBatchException(runtime.Name, flights.Count, flights.Count - values.Count);
    }
}

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
    private int _wanted;

    /// <summary>The one activity of the call; null when nobody traces.</summary>
    public Activity? Activity { get; private set; }

    /// <summary>Takes a turn for all of them, or queues. A full queue ends them at once.</summary>
    public void Start(bool isNested)
    {
        Activity = LoadActivity.Start(runtime, LoadReason.Miss, asked.Count);
        if (isNested) runtime.Turns.EnterNested();
        if (isNested || runtime.Turns.TryEnter())
        {
            if (!TryBegin()) runtime.Turns.Leave();
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
        if (Interlocked.Decrement(ref _wanted) == 0) _ = CancelAsync();
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        foreach (var flight in _flights) flight.Context.Together = _flights.ConvertAll(other => other.Context);
        // Whatever the loader reads in turn belongs to every key of the batch.
        var ambient = Ambient.EnterLoad(runtime.Owner, _flights[0].Context);
        LoadActivity.Enter(Activity, _flights[0].CapturedPosition);
        runtime.Counters.NoteBegun();
        var started = runtime.Clock.Time.GetTimestamp();
        try
        {
            var values = await LoadAsync().ConfigureAwait(false);
            Return();
            var took = runtime.Clock.Time.GetElapsedTime(started);
            runtime.Counters.NoteLoad(took, failed: false);
            LoadActivity.End(Activity, runtime, LoadOutcome.Loaded);
            foreach (var (flight, value) in values) flight.Succeed(value, took, isCounted: true);
        }
#pragma warning disable CA1031 // Whatever the loader throws belongs to those who wait, or to the log when nobody does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Return();
            var took = runtime.Clock.Time.GetElapsedTime(started);
            runtime.Counters.NoteLoad(took, failed: true);
            LoadActivity.End(Activity, runtime, LoadOutcome.Failed, error);
            foreach (var flight in _flights) flight.Fail(error, took, isCounted: true);
        }
        finally
        {
            ambient.Leave();
            _cancellation.Dispose();
        }
    }

    private void Return()
    {
        runtime.Counters.NoteReturned();
        runtime.Turns.Leave();
    }

    private async Task<List<(Flight<TArgs, TValue>, TValue)>> LoadAsync()
    {
        var scope = runtime.Services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        foreach (var flight in _flights) await runtime.InitializeAsync(scope.ServiceProvider, flight.Args, _cancellation.Token).ConfigureAwait(false);

        var args = _flights.ConvertAll(flight => flight.Args);
        var contexts = new BatchContext<TArgs>(_flights.Select(flight => KeyValuePair.Create(flight.Args, flight.Context)));
        var loaded = await runtime.Query.BatchLoader!(scope.ServiceProvider, args, contexts, _cancellation.Token).ConfigureAwait(false);

        var values = new List<(Flight<TArgs, TValue>, TValue)>(_flights.Count);
        foreach (var flight in _flights)
        {
            if (loaded.TryGetValue(flight.Args, out var value)) values.Add((flight, value));
        }
        // All or nothing: a loader that loses rows may have mixed them up as well.
        return values.Count == _flights.Count ? values : throw new IncompleteBatchException(runtime.Name, _flights.Count, _flights.Count - values.Count);
    }

    private async Task CancelAsync()
    {
        try
        {
            await _cancellation.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The load ended in the meantime: there is nothing left to cancel.
        }
        catch (AggregateException errors)
        {
            runtime.CancellationFailed(errors);
        }
    }
}

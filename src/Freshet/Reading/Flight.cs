using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>One running load of one key, and those who wait for it.</summary>
/// <remarks>
/// Runs on the thread pool with nothing of its starter's surroundings: not its transaction, not its request, not its cancellation.
/// Whoever stops waiting leaves; when the last one has left, nobody wants the value and the load is cancelled.
/// </remarks>
#pragma warning disable CA1001 // The cancellation source is disposed when the load ends, which is the flight's own end.
internal sealed class Flight<TArgs, TValue> : IThreadPoolWorkItem where TArgs : notnull
#pragma warning restore CA1001
{
    private readonly QueryRuntime<TArgs, TValue> _runtime;
    private readonly TArgs _args;
    private readonly TaskCompletionSource<Landed<TValue>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation = new();
    private readonly long _capturedAt;
    private readonly long _expiresAt;
    private readonly bool _inBackground;
    private Activity? _activity;
    private int _waiters = 1; // guarded by the query's gate; the starter counts, so a background load is never abandoned; 0 means abandoned

    public Flight(QueryRuntime<TArgs, TValue> runtime, TArgs args, IReadOnlyList<Tag> tags, Need need, bool isShared, bool inBackground = false)
    {
        _runtime = runtime;
        _args = args;
        IsShared = isShared;
        _inBackground = inBackground;
        _capturedAt = runtime.Clock.Now;
        _expiresAt = _capturedAt + runtime.JitteredTimeToLive(); // from the capture, not from the end of the load (PROTOCOL 4)
        // Captured here, before the loader's scope, connection or snapshot opens (PROTOCOL 1).
        Context = new LoadContext(runtime, args, runtime.Node.Applied, tags, need.MinimumVersion, need.Load, isBypass: !isShared, _capturedAt);
        runtime.Node.Running.Enter(Loaded.Position);
    }

    public LoadContext Context { get; }

    /// <summary>Whether others may join, and the result may be stored.</summary>
    public bool IsShared { get; }

    public LogPosition Loaded => Context.Captured.Position;

    /// <summary>Whether a read may join: the load has begun late enough, was told of the version the reader needs, and is not outdated now for the tags known so far (R2).</summary>
    public bool CanBeJoinedLocked(LogPosition now, Need need) =>
        _waiters > 0
        && _expiresAt > _runtime.Clock.Now // a load that hangs must not hand out what it read hours ago (R5)
        && Loaded.Epoch == now.Epoch
        && Loaded.Position >= need.RequiredPosition
        && (need.MinimumVersion is null || Context.MinimumVersion >= need.MinimumVersion)
        && !Entry.InvalidatedAfterLoad(Loaded.Position, Context.Marks);

    public void JoinLocked() => _waiters++;

    public void Start()
    {
        _activity = LoadActivity.Start(_runtime, !IsShared ? LoadReason.Bypass : _inBackground ? LoadReason.Refresh : LoadReason.Miss);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Waits for the load's result. Cancelling ends this wait only.</summary>
    public async ValueTask<Landed<TValue>> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !_completion.Task.IsCompleted)
        {
            Leave();
            throw;
        }
        finally
        {
            LoadActivity.LinkReader(_activity);
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        var ambient = Ambient.EnterLoad(_runtime.Owner, Context);
        LoadActivity.Enter(_activity, Loaded.Position);
        _runtime.Counters.NoteBegun();
        var started = _runtime.Clock.Time.GetTimestamp();
        try
        {
            var value = await LoadAsync().ConfigureAwait(false);
            Context.End();
            var landed = _runtime.Land(this, _args, MakeEntry(value));
            _runtime.Counters.NoteReturned();
            _runtime.Counters.NoteLoad(_runtime.Clock.Time.GetElapsedTime(started), failed: false);
            LoadActivity.End(_activity, _runtime, LoadOutcome.Loaded);
            _completion.SetResult(landed);
        }
#pragma warning disable CA1031 // Whatever the loader throws belongs to those who wait, or to the log when nobody does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Context.End();
            _runtime.Counters.NoteLoad(_runtime.Clock.Time.GetElapsedTime(started), failed: true);
            _runtime.Counters.NoteReturned();
            _runtime.LandFailed(this, _args, error);
            LoadActivity.End(_activity, _runtime, LoadOutcome.Failed, error);
            _completion.SetException(error);
            _ = _completion.Task.Exception; // observed: reported above when nobody waits
        }
        finally
        {
            ambient.Leave(); // work that the loader started and that outlives it is no longer part of a load
            _runtime.Node.Running.Leave(Loaded.Position);
            _cancellation.Dispose();
        }
    }

    private async Task<TValue> LoadAsync()
    {
        _cancellation.Token.ThrowIfCancellationRequested(); // abandoned while it was queued: spare the source
        var scope = _runtime.Services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        foreach (var initializer in scope.ServiceProvider.GetServices<IScopeInitializer>())
            await initializer.InitializeAsync(new LoadScope(scope.ServiceProvider, Context.Query, _args), _cancellation.Token).ConfigureAwait(false);
        return await _runtime.Loader(scope.ServiceProvider, _args, Context, _cancellation.Token).ConfigureAwait(false);
    }

    private Entry<TValue> MakeEntry(TValue value) => new(
        value, Context.Captured, Context.Marks, _capturedAt, Math.Min(_expiresAt, Context.LivesUntil), _runtime.Query.VersionOf(value), Context.IsCacheable);

    private void Leave()
    {
        lock (_runtime.Gate)
        {
            if (--_waiters > 0) return;
            _runtime.ForgetLocked(this, _args);
        }
        _ = CancelAsync();
    }

    // Not on the leaver's own time: whatever the loader hung on its token runs now, and may throw or take long.
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
            _runtime.CancellationFailed(errors);
        }
    }

    /// <summary>Whether a failure would reach nobody: then it is logged.</summary>
    public bool IsUnheardLocked => _waiters <= (_inBackground ? 1 : 0);
}

/// <summary>The result of a load, and the highest position at which it is known valid: found while its marks were still held.</summary>
internal readonly record struct Landed<TValue>(Entry<TValue> Entry, long ValidAt);

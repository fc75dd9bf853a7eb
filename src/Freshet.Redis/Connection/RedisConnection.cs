using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>The way to Redis: connected at first use, shared by everything of Freshet in the process.</summary>
/// <remarks>A multiplexer that was once made reconnects by itself, so only one that could not be made is made again; or one of Freshet's own that does not reconnect (<see cref="ClientPatience"/>).</remarks>
/// <param name="connect">Makes the multiplexer, or hands over the application's.</param>
/// <param name="isOurs">Whether to close it at the end, and to make another in its place where it is stuck.</param>
/// <param name="time">Tells how long it has been stuck.</param>
/// <param name="counters">Takes up what goes wrong.</param>
/// <param name="logger">Told of it.</param>
internal sealed class RedisConnection(Func<Task<IConnectionMultiplexer>> connect, bool isOurs, TimeProvider time, RedisCounters counters, ILogger<RedisConnection> logger) : IAsyncDisposable
{
    private readonly ClientPatience _patience = new(time);
    private readonly Lock _gate = new();
    private Task<IConnectionMultiplexer>? _making; // guarded by _gate
    private Action<bool>? _changed; // guarded by _gate
    private bool _wasMissing; // whether calls have failed for want of one that works; guarded by _gate
    private bool _disposed; // guarded by _gate

    /// <summary>Has a listener told when the connection is lost (false) or back (true), on any thread, perhaps more than once.</summary>
    public void OnChanged(Action<bool> listener)
    {
        lock (_gate) _changed += listener;
    }

    /// <summary>The multiplexer, connected or trying to.</summary>
    public Task<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> making;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_making is null || _making.IsFaulted || _making.IsCanceled) _making = MakeAsync();
            making = _making;
        }
        return making.IsCompletedSuccessfully || !cancellationToken.CanBeCanceled ? making : making.WaitAsync(cancellationToken);
    }

    /// <summary>Runs a script.</summary>
    /// <exception cref="RedisLogException">Redis answers, but something has to be changed.</exception>
    public async Task<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        IConnectionMultiplexer? multiplexer = null;
        try
        {
            multiplexer = await GetAsync(cancellationToken).ConfigureAwait(false);
            var database = multiplexer.GetDatabase();
            RedisResult result;
            try
            {
                result = await BoundedAsync(database.ScriptEvaluateAsync(script.Hash, keys, arguments), cancellationToken).ConfigureAwait(false);
            }
            // The server has not met it, or forgot it (a restart, SCRIPT FLUSH). Given the text the client brings it along, unless it
            // believes that the server knows it still: then it finds out by this very call, and the next one does.
            catch (RedisServerException error) when (RedisFaults.IsUnknownScript(error))
            {
                try
                {
                    result = await BoundedAsync(database.ScriptEvaluateAsync(script.Text, keys, arguments), cancellationToken).ConfigureAwait(false);
                }
                catch (RedisServerException again) when (RedisFaults.IsUnknownScript(again))
                {
                    result = await BoundedAsync(database.ScriptEvaluateAsync(script.Text, keys, arguments), cancellationToken).ConfigureAwait(false);
                }
            }
            _patience.Answered();
            return result;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (error is RedisServerException) _patience.Answered();
            else if (error is RedisConnectionException && multiplexer is not null && isOurs && _patience.EndsAtFailure()) Drop(multiplexer);
            var fault = RedisFaults.Of(error);
            counters.NoteError(fault);
            if (fault is not null) throw fault;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<IConnectionMultiplexer>? made;
        lock (_gate) (made, _making, _disposed) = (_making, null, true);
        if (made is { IsCompletedSuccessfully: true }) Leave(await made.ConfigureAwait(false));
    }

    /// <summary>Has another made at the next call.</summary>
    private void Drop(IConnectionMultiplexer stuck)
    {
        lock (_gate)
        {
            if (_making is not { IsCompletedSuccessfully: true } made || made.Result != stuck) return; // another one is there already
            (_making, _wasMissing) = (null, true);
        }
        logger.MadeAnew();
        Leave(stuck);
    }

    private void Leave(IConnectionMultiplexer multiplexer)
    {
        multiplexer.ConnectionFailed -= OnFailed;
        multiplexer.ConnectionRestored -= OnRestored;
        if (!isOurs) return;
        multiplexer.Close(allowCommandsToComplete: false); // nobody waits for an answer any more; waiting for them would take a second
        multiplexer.Dispose();
    }

    private async Task<IConnectionMultiplexer> MakeAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the gate, before anything of the application's runs
        IConnectionMultiplexer multiplexer;
        try
        {
            multiplexer = await connect().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.NotConnected(error.GetType().Name);
            lock (_gate) _wasMissing = true;
            throw;
        }
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        bool wasMissing;
        lock (_gate) (wasMissing, _wasMissing) = (_wasMissing, false);
        if (wasMissing) Tell(true); // whoever failed for want of it tries again
        return multiplexer;
    }

    /// <summary>A call's result, on a thread that is not the client's.</summary>
    /// <remarks>
    /// The client completes calls one after the other, on one thread, and whatever awaits a call goes on right there: an application
    /// that blocks after a read would keep every later answer of Redis from arriving, and its own first of all.
    /// The client gives up an unanswered call only when the connection ends. Whoever waits may give up sooner; then nobody is left to
    /// see how the call ends.
    /// </remarks>
    private static async Task<RedisResult> BoundedAsync(Task<RedisResult> call, CancellationToken cancellationToken)
    {
        await ((Task)call).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // to the thread pool
        if (!call.IsCompleted)
        {
            _ = call.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
        }
        return await call.ConfigureAwait(false);
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failure)
    {
        counters.NoteLost();
        logger.ConnectionLost(failure.FailureType);
        Tell(false);
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        logger.ConnectionBack();
        Tell(true);
    }

    private void Tell(bool isConnected)
    {
        Action<bool>? changed;
        lock (_gate) changed = _changed;
        changed?.Invoke(isConnected);
    }
}

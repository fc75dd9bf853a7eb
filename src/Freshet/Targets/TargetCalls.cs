namespace Freshet;

/// <summary>What became of one call of a target.</summary>
/// <param name="Failure">Why it failed; null when it did not.</param>
/// <param name="IsAbandoned">Whether it is still running, deaf to its cancellation.</param>
internal readonly record struct CallOutcome(Exception? Failure, bool IsAbandoned);

/// <summary>Calls a target off the follower's own flow, so that one that blocks its thread, or never returns, is given up like any other.</summary>
internal sealed class TargetCalls(ICacheTarget target, TimeSpan timeout, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Calls that never returned, at which the target is not called again until one of them does: each may hold a thread.</summary>
    public const int MostAbandoned = 3;

    /// <summary>How long a call may still take to heed its cancellation.</summary>
    public static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private int _abandoned;                  // guarded by _gate
    private TaskCompletionSource? _returned; // guarded by _gate; made when somebody waits

    /// <summary>Whether the target is not called, because too many of its calls never returned.</summary>
    public bool IsSuspended
    {
        get
        {
            lock (_gate) return _abandoned >= MostAbandoned;
        }
    }

    /// <summary>Completes when one of the abandoned calls has returned.</summary>
    public Task WhenCallable()
    {
        lock (_gate)
        {
            if (_abandoned < MostAbandoned) return Task.CompletedTask;
            return (_returned ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <exception cref="OperationCanceledException">The application stops.</exception>
    public async Task<CallOutcome> TryAsync<TWhat>(Func<ICacheTarget, TWhat, CancellationToken, ValueTask> call, TWhat what)
    {
        stopping.ThrowIfCancellationRequested();
        var cancellation = new CancellationTokenSource();
        var running = RunAsync(call, what, cancellation.Token);
        var inTime = await EndsWithinAsync(running, timeout, stopping).ConfigureAwait(false);
        if (!inTime) _ = CancelAsync(cancellation);
        // When the application stops too: what the target uses is disposed next, so the call gets its moment to end.
        if (!inTime && !await EndsWithinAsync(running, CancellationGrace, CancellationToken.None).ConfigureAwait(false))
        {
            stopping.ThrowIfCancellationRequested();
            Abandon(running);
            return new CallOutcome(TooLong(), IsAbandoned: true);
        }
        try
        {
            await running.ConfigureAwait(false);
            return default;
        }
        catch (Exception failure)
        {
            stopping.ThrowIfCancellationRequested();
            return new CallOutcome(inTime ? failure : TooLong(), IsAbandoned: false);
        }
    }

    // Yields first: a target that blocks, blocks a thread of the pool and not the follower, whose clock must go on.
    private async Task RunAsync<TWhat>(Func<ICacheTarget, TWhat, CancellationToken, ValueTask> call, TWhat what, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await call(target, what, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> EndsWithinAsync(Task running, TimeSpan limit, CancellationToken cancellationToken)
    {
        await running.WaitAsync(limit, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return running.IsCompleted;
    }

    // What a registration of the target's throws says nothing about the call, which is told apart by how it ends.
    private static async Task CancelAsync(CancellationTokenSource cancellation) =>
        await cancellation.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Abandon(Task running)
    {
        lock (_gate) _abandoned++;
        _ = ReturnAsync(running);
    }

    private async Task ReturnAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TaskCompletionSource? returned;
        lock (_gate)
        {
            _abandoned--;
            (returned, _returned) = (_returned, null);
        }
        returned?.SetResult();
    }

    private TimeoutException TooLong() => new($"The call took longer than CallTimeout, {timeout}.");
}

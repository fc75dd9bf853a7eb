namespace Freshet;

/// <remarks>One load for all nodes: who takes the lock loads, the others wait for the fill.</remarks>
internal sealed partial class QuerySecondLevel<TArgs, TValue>
{
    /// <summary>First pause between two looks for the other node's value, in case the news of its unlocking is lost. Each is twice as long as the one before.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>How a look ended: with a value, or with a load to do, perhaps under a lock.</summary>
    /// <param name="Found">The value; null when there is none.</param>
    /// <param name="Lock">The lock to give back; null when none was taken.</param>
    /// <param name="HasWaited">Whether another node's load was waited for: then this node has moved on meanwhile.</param>
    internal readonly record struct Outcome(Found<TValue>? Found, LoadLock? Lock = null, bool HasWaited = false);

    /// <summary>Looks for a value and, where the query asks for one load over all nodes, takes the lock or waits for whoever has it.</summary>
    /// <exception cref="OperationCanceledException">It stopped waiting. No lock is held then.</exception>
    public async ValueTask<Outcome> FindOrLockAsync(TArgs args, IReadOnlyList<Tag> declared, AppliedPosition at, Func<long?> minimumVersion, CancellationToken cancellationToken)
    {
        var key = KeyOf(args);
        if (await LookAsync().ConfigureAwait(false) is { } found) return new(found);
        if (!_runtime.Query.HasLoadLock || _access.IsPaused) return default;

        // Whoever took the lock before now has lost it by then.
        var lapse = _runtime.Policy.LoadLockLapse;
        var until = Clock.Now + (long)lapse.TotalMilliseconds;
        var pause = FirstPause;
        for (var waited = false; ; waited = true)
        {
            // Listening before asking: a lock given back between the two would be waited for in vain.
            using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var unlocked = Listen(key, listening.Token);
            try
            {
                var (took, held) = await TryLockAsync(key, lapse, cancellationToken).ConfigureAwait(false);
                if (took is not LevelCallOutcome.Answered) return Loads(LockWaitResult.Failed, waited);
                if (held is not null) return await UnderLockAsync(held, waited).ConfigureAwait(false);
                var left = until - Clock.Now;
                if (left <= 0) return Loads(LockWaitResult.Lapsed, waited: true);
                await unlocked.WaitAsync(Shorter(pause, TimeSpan.FromMilliseconds(left)), Clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                await listening.CancelAsync().ConfigureAwait(false);
            }
            if (await LookAsync().ConfigureAwait(false) is { } filled)
            {
                Counters.Note(LockWaitResult.Filled);
                return new(filled, HasWaited: true);
            }
            pause *= 2;
        }

        ValueTask<Found<TValue>?> LookAsync() => TryFindAsync(key, declared, at, minimumVersion(), cancellationToken);

        async ValueTask<Outcome> UnderLockAsync(LoadLock held, bool waited)
        {
            try
            {
                // Once more: another node may have stored its value and given the lock back since the first look.
                if (await LookAsync().ConfigureAwait(false) is { } meanwhile)
                {
                    held.Release();
                    if (waited) Counters.Note(LockWaitResult.Filled);
                    return new(meanwhile, HasWaited: waited);
                }
            }
            catch
            {
                held.Release();
                throw;
            }
            if (waited) Counters.Note(LockWaitResult.Taken);
            return new(null, held, waited);
        }

        Outcome Loads(LockWaitResult result, bool waited)
        {
            Counters.Note(result);
            return new(null, HasWaited: waited);
        }
    }

    private async ValueTask<(LevelCallOutcome Outcome, LoadLock? Held)> TryLockAsync(SecondLevelKey key, TimeSpan lapse, CancellationToken cancellationToken)
    {
        var limit = _runtime.Policy.CacheTimeout;
#pragma warning disable RS0030 // Random for each attempt: nobody may release another's lock.
        var holder = Guid.NewGuid();
#pragma warning restore RS0030
        var held = new LoadLock(_access, key.Text, holder, limit);
        try
        {
            var called = await _access.CallAsync((level, ct) => level.TryLockAsync(key.Text, holder, lapse, ct), limit, cancellationToken).ConfigureAwait(false);
            // One that was not answered in time may be taken all the same, and would hold the others up for nothing.
            if (called.Outcome is LevelCallOutcome.TimedOut or LevelCallOutcome.Failed) held.Release();
            return (called.Outcome, called is { Outcome: LevelCallOutcome.Answered, Value: true } ? held : null);
        }
        catch (OperationCanceledException)
        {
            held.Release();
            throw;
        }
    }

    // One that cannot be listened for is looked for after each pause.
    private async Task Listen(SecondLevelKey key, CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _access.WhenUnlockedAsync(key.Text, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the store throws.
        catch (Exception)
#pragma warning restore CA1031
        {
            await never.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

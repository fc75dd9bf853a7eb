using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>How a call of the second level ended.</summary>
internal enum LevelCallOutcome
{
    Answered,
    Failed,
    TimedOut,
    Skipped,
}

/// <summary>One call's outcome, and what it returned if it did.</summary>
internal readonly record struct Called<T>(LevelCallOutcome Outcome, T? Value = default);

/// <summary>The second level as one node uses it: every call bounded in time, none thrown from, and none made while it keeps failing.</summary>
/// <param name="level">The store.</param>
/// <param name="options">The settings.</param>
/// <param name="serializers">Who writes values.</param>
/// <param name="keyspace">First part of every key.</param>
/// <param name="clock">The node's clock.</param>
/// <param name="logger">Where failures are told.</param>
/// <param name="listeners">Where a log provider's own failure goes.</param>
internal sealed class SecondLevelAccess(ISecondLevel level, SecondLevelOptions options, PayloadSerializers serializers, string keyspace, Clock clock, ILogger logger, ListenerFailures listeners)
{
    private readonly SecondLevelCircuit _questions = new(options.FailuresBeforePause, options.Pause);
    private readonly SecondLevelCircuit _stores = new(options.FailuresBeforePause, options.Pause); // apart: a store that is full can still be read
    private readonly SecondLevelCircuit _marks = new(options.FailuresBeforePause, options.Pause); // another service, perhaps another server
    private int _pendingStores;

    public SecondLevelOptions Options => options;

    public PayloadSerializers Serializers => serializers;

    public string Keyspace => keyspace;

    public Clock Clock => clock;

    /// <summary>Fetches marks that this node does not know; null where there is no shared log: then an entry whose tags are unknown is a miss.</summary>
    public IMarkFetching? Marks { get; init; }

    /// <summary>Whether it is not asked at the moment.</summary>
    public bool IsPaused => _questions.IsPaused;

    /// <summary>Makes a call, and waits for it no longer than a limit. What it still does later is nobody's business.</summary>
    /// <exception cref="OperationCanceledException">The caller has stopped waiting.</exception>
    public ValueTask<Called<T>> CallAsync<T>(Func<ISecondLevel, CancellationToken, ValueTask<T>> call, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync(_questions, call, limit, cancellationToken);

    /// <summary>The same for what stores something.</summary>
    public ValueTask<Called<bool>> StoreAsync(Func<ISecondLevel, CancellationToken, ValueTask<bool>> call) =>
        CallAsync(_stores, call, options.StoreTimeout, CancellationToken.None);

    /// <summary>Has marks brought up to what the log knows. False when there is no shared log, or it does not tell: unknown is never fresh.</summary>
    /// <exception cref="OperationCanceledException">The caller has stopped waiting.</exception>
    public async ValueTask<bool> KnowMarksAsync(MarkTable table, TagMark[] marks, long loadedAt, TimeSpan limit, CancellationToken cancellationToken) =>
        Marks is { } log
        && await CallAsync(_marks, (_, ct) => log.KnowMarksAsync(table, marks, loadedAt, ct), limit, cancellationToken).ConfigureAwait(false) is { Outcome: LevelCallOutcome.Answered, Value: true };

    /// <summary>Waits for the news that a key's lock was given back. Not bounded: the caller has its own limit.</summary>
    public Task WhenUnlockedAsync(string key, CancellationToken cancellationToken) => level.WhenUnlockedAsync(key, cancellationToken);

    /// <summary>Writes a log line. A log provider that throws must not fail a read.</summary>
    public void Tell(Action<ILogger> write)
    {
        try
        {
            write(logger);
        }
#pragma warning disable CA1031
        catch (Exception error)
#pragma warning restore CA1031
        {
            listeners.Note(error);
        }
    }

    /// <summary>Takes one of the places for values that wait to be stored.</summary>
    public bool TryBeginStore()
    {
        if (Interlocked.Increment(ref _pendingStores) <= options.MaxPendingStores) return true;
        EndStore();
        return false;
    }

    public void EndStore() => Interlocked.Decrement(ref _pendingStores);

    private async ValueTask<Called<T>> CallAsync<T>(SecondLevelCircuit circuit, Func<ISecondLevel, CancellationToken, ValueTask<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!circuit.TryEnter(clock.Now, out var isProbe)) return new(LevelCallOutcome.Skipped);
        Task<T>? running = null;
        try
        {
            var answer = call(level, cancellationToken);
            T value;
            if (answer.IsCompleted) value = await answer.ConfigureAwait(false);
            else value = await (running = answer.AsTask()).WaitAsync(limit, clock.Time, cancellationToken).ConfigureAwait(false);
            if (circuit.IsPaused) Tell(to => to.SecondLevelIsBack(TextOf(circuit)));
            circuit.NoteSuccess();
            return new(LevelCallOutcome.Answered, value);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            circuit.NoteAbandoned(isProbe);
            Forget(running);
            throw new OperationCanceledException(cancellationToken);
        }
        catch (TimeoutException) when (running is { IsCompleted: false })
        {
            NoteFailure(circuit, isProbe, error: null);
            Forget(running);
            return new(LevelCallOutcome.TimedOut);
        }
#pragma warning disable CA1031 // Whatever the store throws: a read does not fail because a cache does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            NoteFailure(circuit, isProbe, error);
            return new(LevelCallOutcome.Failed);
        }
    }

    private void NoteFailure(SecondLevelCircuit circuit, bool isProbe, Exception? error)
    {
        var wasPaused = circuit.IsPaused;
        circuit.NoteFailure(clock.Now, isProbe);
        if (wasPaused || !circuit.IsPaused) return;
        if (error is null) Tell(to => to.SecondLevelIsSlow(options.FailuresBeforePause, TextOf(circuit)));
        else Tell(to => to.SecondLevelFails(error, options.FailuresBeforePause, TextOf(circuit), error.GetType().Name));
    }

    private string TextOf(SecondLevelCircuit circuit) => ReferenceEquals(circuit, _stores) ? "Storing in" : ReferenceEquals(circuit, _marks) ? "Asking the log for tags of" : "Asking";

    // Whatever it still throws was counted when it took too long.
    private static void Forget(Task? running) =>
        _ = running?.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

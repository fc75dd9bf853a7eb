using System.Threading.Tasks.Sources;

namespace Freshet;

/// <summary>The wait of a reader that has started a load and stays until its end: it cannot be cancelled, has no time limit of its own, and nothing around it that takes part in the answer.</summary>
/// <remarks>
/// One object, where a task with its source and two asynchronous methods would do the same. The less a reader does once its load waits
/// for the source, the sooner its thread is free to go on with that very load: another one, woken for it meanwhile, would bring all
/// that the load has touched into its own processor's caches first.
/// </remarks>
internal sealed class StarterWait<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, Flight<TArgs, TValue> flight) : IStarterWait<TValue>, IValueTaskSource<TValue>
    where TArgs : notnull
{
    private ManualResetValueTaskSourceCore<Landed<TValue>> _core; // mutable: never copied
    private int _told;

    public ValueTask<TValue> Task => new(this, _core.Version);

    public bool IsTold => Volatile.Read(ref _told) != 0;

    /// <summary>Once: the reader that registers may find the answer there while the load gives it.</summary>
    public void Tell(Landed<TValue> landed)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0) _core.SetResult(landed);
    }

    public void Tell(Exception error)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0) _core.SetException(error);
    }

    ValueTaskSourceStatus IValueTaskSource<TValue>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<TValue>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>The value, or what the reader gets in its place: asked for by the reader, in its own surroundings.</summary>
    TValue IValueTaskSource<TValue>.GetResult(short token)
    {
        try
        {
            return Landed(token).Entry.Value;
        }
        catch (Exception error) when (runtime.TryGetLastGood(flight.Args, default, pause: true) is { } good)
        {
            return runtime.LastGood(good, error).Entry.Value;
        }
        finally
        {
            flight.LinkReader();
        }
    }

    // Who blocks rather than awaits has no right to, by the rules of a ValueTask; with a task behind it, it worked.
    private Landed<TValue> Landed(short token) => _core.GetStatus(token) == ValueTaskSourceStatus.Pending
        ? flight.WaitAsync(isStarter: false, CancellationToken.None).GetAwaiter().GetResult()
        : _core.GetResult(token);
}

/// <summary>What a load tells its starter.</summary>
internal interface IStarterWait<TValue>
{
    bool IsTold { get; }

    void Tell(Landed<TValue> landed);

    void Tell(Exception error);
}

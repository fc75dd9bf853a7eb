using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Freshet;

/// <remarks>
/// The wait of a reader that has started the load and stays until its end: it cannot be cancelled, has no time limit of its own, and
/// nothing around it that takes part in the answer. No object of its own and no task. The less a reader does once its load waits for
/// the source, the sooner its thread is free to go on with that very load.
/// </remarks>
internal sealed partial class Flight<TArgs, TValue> : IValueTaskSource<TValue>
{
    /// <summary>The wait of the reader that started the load and stays until its end. Once.</summary>
    public ValueTask<TValue> StayAsync() => new(this, token: 0);

    ValueTaskSourceStatus IValueTaskSource<TValue>.GetStatus(short token) =>
        !_answers.HasEnded ? ValueTaskSourceStatus.Pending
        : _answers.Failure switch
        {
            null => ValueTaskSourceStatus.Succeeded,
            OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };

    void IValueTaskSource<TValue>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (!ReadersPlace.IsAskedFor(flags)) _answers.WaitWith(continuation, state);
        else _answers.WaitWith(ReadersPlace.GoOn, new ReadersPlace(continuation, state, flags));
    }

    /// <summary>The value, or what the reader gets in its place: asked for by the reader, in its own surroundings.</summary>
    TValue IValueTaskSource<TValue>.GetResult(short token)
    {
        try
        {
            return Landed().Entry.Value;
        }
        catch (Exception error) when (_runtime.TryGetLastGood(_args, default, pause: true) is { } good)
        {
            return _runtime.LastGood(good, error).Entry.Value;
        }
        finally
        {
            LinkReader();
        }
    }

    private Landed<TValue> Landed()
    {
        if (_answers.TryGet(out var landed)) return landed;
        if (_answers.Failure is { } error) ExceptionDispatchInfo.Throw(error);
        // Who blocks rather than awaits has no right to, by the rules of a ValueTask; with a task behind it, it worked.
        return WaitAsync(isStarter: false, CancellationToken.None).GetAwaiter().GetResult();
    }
}

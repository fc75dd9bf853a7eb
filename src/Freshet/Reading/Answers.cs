namespace Freshet;

/// <summary>How a load ended, for those who wait for it. Read at once when it has ended; a task is made only when somebody has to wait.</summary>
/// <remarks>
/// The reader that started the load waits apart from those who joined it. It may go on where the load ends, as after any await; those
/// who joined go on one by one on the thread pool, so that none of them waits while another uses its value.
/// </remarks>
internal struct Answers<TValue>
{
    private long _validAt; // before _entry
    private Entry<TValue>? _entry; // this or _error, once it has ended
    private Exception? _error;
    private object? _starter; // the task of a reader that may leave before the end, or how one that stays goes on
    private object? _starterState; // before _starter
    private TaskCompletionSource<Landed<TValue>>? _joiners;

    /// <summary>The value, if it is there.</summary>
    public readonly bool TryGet(out Landed<TValue> landed)
    {
        if (Volatile.Read(in _entry) is { } entry)
        {
            landed = new Landed<TValue>(entry, _validAt);
            return true;
        }
        landed = default;
        return false;
    }

    /// <summary>A task that ends when the load does.</summary>
    /// <param name="isStarter">Whether the reader that started it waits.</param>
    public Task<Landed<TValue>> WaitAsync(bool isStarter) => isStarter ? StarterAsync() : JoinersAsync();

    private Task<Landed<TValue>> StarterAsync()
    {
        if (Volatile.Read(ref _starter) is not TaskCompletionSource<Landed<TValue>> waiting)
        {
            waiting = new TaskCompletionSource<Landed<TValue>>();
            Interlocked.Exchange(ref _starter, waiting); // its own thread's alone: there is one starter
        }
        // Whoever gives the answer sees this task, or the answer is seen here: between each side's write and its look stands a fence.
        Tell(waiting);
        return waiting.Task;
    }

    private Task<Landed<TValue>> JoinersAsync()
    {
        if (Volatile.Read(ref _joiners) is not { } waiting)
        {
            var made = new TaskCompletionSource<Landed<TValue>>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = Interlocked.CompareExchange(ref _joiners, made, null) ?? made;
        }
        Tell(waiting);
        return waiting.Task;
    }

    /// <summary>Takes up how a starter that waits without a task goes on. When the load has ended by now, it goes on at once, on the thread pool: it has yet to return to its caller.</summary>
    public void WaitWith(Action<object?> goOn, object? state)
    {
        _starterState = state;
        Interlocked.Exchange(ref _starter, goOn);
        // As with a task: whoever gives the answer finds it here, or the answer is seen here. Perhaps both, and one of them takes it.
        if (HasEnded && TakeStarter() is { } taken) ThreadPool.UnsafeQueueUserWorkItem(taken, state, preferLocal: true);
    }

    /// <summary>Whether there is a value or a failure.</summary>
    public readonly bool HasEnded => Volatile.Read(in _entry) is not null || Failure is not null;

    /// <summary>What went wrong; null while nothing has.</summary>
    public readonly Exception? Failure => Volatile.Read(in _error);

    /// <summary>Notes the value, and tells those who joined.</summary>
    public void Give(Landed<TValue> landed)
    {
        _validAt = landed.ValidAt;
        Volatile.Write(ref _entry, landed.Entry);
        Interlocked.MemoryBarrier();
        Tell(_joiners);
    }

    /// <summary>Notes the failure, and tells those who joined.</summary>
    public void Give(Exception error)
    {
        Volatile.Write(ref _error, error);
        Interlocked.MemoryBarrier();
        Tell(_joiners);
    }

    /// <summary>Tells the reader that started the load; it may go on right here, so call it last.</summary>
    public void TellStarter()
    {
        switch (_starter)
        {
            case null:
                return;
            case Action<object?>:
                TakeStarter()?.Invoke(_starterState);
                return;
            default:
                Tell((TaskCompletionSource<Landed<TValue>>)_starter);
                return;
        }
    }

    /// <summary>Whether the reader that started the load waits for it. One that stays and has not begun to wait sees for itself that the load has ended.</summary>
    public readonly bool StarterWaits => _starter switch
    {
        null => false,
        Action<object?> => true,
        _ => !((TaskCompletionSource<Landed<TValue>>)_starter).Task.IsCompleted,
    };

    private Action<object?>? TakeStarter() => (Action<object?>?)Interlocked.Exchange(ref _starter, null);

    // Nothing while there is no answer.
    private readonly void Tell(TaskCompletionSource<Landed<TValue>>? waiting)
    {
        if (waiting is null) return;
        if (TryGet(out var landed)) waiting.TrySetResult(landed);
        else if (Failure is { } error && waiting.TrySetException(error)) _ = waiting.Task.Exception; // observed: whether it is logged is decided elsewhere
    }
}

/// <summary>The result of a load, and the highest position at which it is known valid: found while its marks were still held.</summary>
internal readonly record struct Landed<TValue>(Entry<TValue> Entry, long ValidAt);

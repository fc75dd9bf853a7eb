namespace Freshet;

/// <summary>Stands before the real one in the simulated build: where continuations were to run elsewhere, they go to the lane of the node that awaits, not to the thread pool.</summary>
/// <remarks>
/// As in the real one the task is completed at once and its continuations run later. Awaits in the simulated build carry their lane
/// with them, and a continuation of another context than the present one is posted; so the present one is hidden for the moment.
/// </remarks>
internal sealed class TaskCompletionSource(TaskCreationOptions options = TaskCreationOptions.None)
{
    private readonly TaskCompletionSource<bool> _source = new(options);

    public Task Task => _source.Task;

    public void SetResult() => _source.SetResult(true);

    public bool TrySetResult() => _source.TrySetResult(true);

    public bool TrySetException(Exception error) => _source.TrySetException(error);
}

/// <inheritdoc cref="TaskCompletionSource"/>
internal sealed class TaskCompletionSource<T>(TaskCreationOptions options = TaskCreationOptions.None)
{
    private readonly System.Threading.Tasks.TaskCompletionSource<T> _source = new(options & ~TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _elsewhere = options.HasFlag(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    public void SetResult(T value)
    {
        if (!TrySetResult(value)) throw new InvalidOperationException("The task has ended already.");
    }

    public bool TrySetResult(T value)
    {
        if (!_elsewhere) return _source.TrySetResult(value);
        using var _ = Simulation.Lane.Hide();
        return _source.TrySetResult(value);
    }

    public bool TrySetException(Exception error)
    {
        if (!_elsewhere) return _source.TrySetException(error);
        using var _ = Simulation.Lane.Hide();
        return _source.TrySetException(error);
    }
}

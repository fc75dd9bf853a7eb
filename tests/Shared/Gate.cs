namespace Freshet.Tests;

/// <summary>Holds somebody back until opened, and tells when they have come.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not a wait for something to happen in time: a guard that is missing makes a test fail instead of hang.
    private static readonly TimeSpan _watchdog = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody waits at the gate.</summary>
    public Task Reached => _reached.Task.WaitAsync(_watchdog);

    /// <summary>Completes when who waited was cancelled.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(_watchdog);

    /// <summary>Whether who waited was cancelled.</summary>
    public bool IsCancelled => _cancelled.Task.IsCompleted;

    public void Open() => _open.TrySetResult();

    public async Task PassAsync(CancellationToken cancellationToken = default)
    {
        _reached.TrySetResult();
        try
        {
            await _open.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}

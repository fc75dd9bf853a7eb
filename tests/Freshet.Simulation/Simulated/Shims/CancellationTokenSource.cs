namespace Freshet;

/// <summary>Stands before the real one in the simulated build: whoever is told of a cancellation elsewhere is told on the lane of the node.</summary>
internal sealed class CancellationTokenSource : System.Threading.CancellationTokenSource
{
    private CancellationTokenRegistration _outer;

    public CancellationTokenSource()
    {
    }

    public CancellationTokenSource(TimeSpan delay, TimeProvider time) : base(delay, time)
    {
    }

    public static new CancellationTokenSource CreateLinkedTokenSource(CancellationToken outer)
    {
        var linked = new CancellationTokenSource();
        linked._outer = outer.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), linked);
        return linked;
    }

    public new Task CancelAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Simulation.Lane.Current.Post(_ =>
        {
            try
            {
                Cancel();
                ended.TrySetResult();
            }
            catch (Exception error)
            {
                ended.TrySetException(error);
            }
        }, null);
        return ended.Task;
    }

    protected override void Dispose(bool disposing)
    {
        _outer.Dispose();
        base.Dispose(disposing);
    }
}

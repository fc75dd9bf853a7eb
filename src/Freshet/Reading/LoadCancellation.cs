namespace Freshet;

/// <summary>Cancels a loader when nobody wants its value any more.</summary>
/// <param name="failed">Told of what the loader had hung on its token, when that throws.</param>
internal sealed class LoadCancellation(Action<Exception> failed) : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    /// <summary>Not on the leaver's own time: whatever the loader hung on its token runs now, and may throw or take long.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await _source.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The load ended in the meantime: there is nothing left to cancel.
        }
        catch (AggregateException errors)
        {
            failed(errors);
        }
    }

    public void Dispose() => _source.Dispose();
}
